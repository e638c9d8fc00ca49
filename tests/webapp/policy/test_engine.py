"""Every rule of the policy."""

from __future__ import annotations

import pytest

from webapp.policy import Modality, Mode, Purpose, decide, permitted_by_law
from webapp.policy.engine import EEA, EEA_TERRITORIES, EU, WITH_CONSENT

ALL = frozenset(Purpose)
EMOTION = (Modality.FACE, Modality.SPEECH)


def test_the_union_has_27_members_and_the_eea_three_more():
    assert len(EU) == 27
    assert len(EEA) == 30 and {"IS", "LI", "NO"} == EEA - EU
    assert not EEA & WITH_CONSENT and not EEA_TERRITORIES & WITH_CONSENT


@pytest.mark.parametrize("country", sorted(EEA | EEA_TERRITORIES))
@pytest.mark.parametrize("modality", EMOTION)
def test_emotion_is_prohibited_everywhere_in_the_eea_whatever_the_consent(country, modality):
    for written in (country, country.lower()):
        decision = decide(modality, mode=Mode.ASSESSMENT, country=written, consents=ALL)
        assert not decision and decision.code == "prohibited_in_eea"
        assert "AI Act" in decision.reason


@pytest.mark.parametrize("country", ["GB", "CH", "BR", "IN", "AU", "UK", "XX", "EU", "", None])
@pytest.mark.parametrize("modality", EMOTION)
def test_a_place_that_nobody_cleared_is_denied(country, modality):
    decision = decide(modality, mode=Mode.ASSESSMENT, country=country, consents=ALL)
    assert not decision and decision.code == "place_not_cleared"


@pytest.mark.parametrize("country", sorted(WITH_CONSENT))
@pytest.mark.parametrize(("modality", "purpose"), [(Modality.FACE, Purpose.FACE), (Modality.SPEECH, Purpose.VOICE)])
def test_cleared_places_need_the_consent_for_this_very_purpose(country, modality, purpose):
    assert decide(modality, mode=Mode.ASSESSMENT, country=country, consents={Purpose.RECORDING, purpose})
    denied = decide(modality, mode=Mode.ASSESSMENT, country=country, consents=ALL - {purpose})
    assert not denied and denied.code == "no_consent" and "no consequence" in denied.reason


@pytest.mark.parametrize("country", ["FR", "CA", "GB", None])
def test_words_are_read_anywhere_with_consent_and_nowhere_without(country):
    assert decide(Modality.TEXT, mode=Mode.ASSESSMENT, country=country, consents={Purpose.TEXT})
    assert (
        decide(Modality.TEXT, mode=Mode.ASSESSMENT, country=country, consents=ALL - {Purpose.TEXT}).code == "no_consent"
    )


@pytest.mark.parametrize(
    ("modality", "purpose"),
    [(Modality.FACE, Purpose.FACE), (Modality.SPEECH, Purpose.VOICE), (Modality.TEXT, Purpose.TEXT)],
)
def test_practice_needs_consent_and_nothing_else(modality, purpose):
    assert decide(modality, mode=Mode.PRACTICE, country=None, consents={Purpose.RECORDING, purpose})
    assert decide(modality, mode=Mode.PRACTICE, country="FR", consents={Purpose.RECORDING, purpose})
    assert not decide(modality, mode=Mode.PRACTICE, country=None, consents=ALL - {purpose})
    assert not decide(modality, mode=Mode.PRACTICE, country=None, consents={Purpose.RECORDING})


def test_the_law_is_named_before_the_consent():
    assert decide(Modality.FACE, mode=Mode.ASSESSMENT, country="FR", consents=()).code == "prohibited_in_eea"
    assert permitted_by_law(Modality.FACE, Mode.ASSESSMENT, "CA")


@pytest.mark.parametrize("modality", EMOTION)
@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_is_read_from_a_recording_that_nobody_agreed_to(modality, mode):
    decision = decide(modality, mode=mode, country="CA", consents=ALL - {Purpose.RECORDING})
    assert decision.code == "no_consent" and "did not consent to being recorded" in decision.reason


def test_every_modality_needs_a_consent():
    for modality in Modality:
        for mode in Mode:
            assert not decide(modality, mode=mode, country="CA", consents=())
