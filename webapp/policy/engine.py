"""The rule itself: a pure function of the mode, the places, the day and the consents. It denies unless a rule allows.

What the law of a place says is in webapp/policy/acts/ as data; law.py reads it. Practice belongs to the candidate alone
and needs their consent and nothing else.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from datetime import UTC, datetime

from ml.core.messages import N_
from webapp.policy.acts import CLEARED as WITH_CONSENT
from webapp.policy.acts.europe import EEA, EEA_TERRITORIES, EU
from webapp.policy.facts import Facts
from webapp.policy.law import CURABLE, Situation, judge
from webapp.policy.rules import Decision, Modality

__all__ = [
    "EEA", "EEA_TERRITORIES", "EU", "WITH_CONSENT", "Decision", "Modality", "Mode", "Purpose", "decide",
    "permitted_by_law",
]  # fmt: skip


class Mode(enum.StrEnum):
    """Practice belongs to the candidate alone; an assessment belongs to a position with a place."""

    PRACTICE = "practice"
    ASSESSMENT = "assessment"


class Purpose(enum.StrEnum):
    """What a candidate consents to, each by itself."""

    RECORDING = "recording"
    TEXT = "text"
    VOICE = "voice"
    FACE = "face"


#: The consent that each modality needs; face and voice need the one to recording as well, for they are read from it.
NEEDS = {Modality.FACE: Purpose.FACE, Modality.SPEECH: Purpose.VOICE, Modality.TEXT: Purpose.TEXT}
#: The reasons are stored with what was not analysed, in English, and translated when they are shown.
_NOT_RECORDED = {
    Modality.FACE: N_(
        "The candidate did not consent to being recorded, so there is no facial expression to "
        "analyse. Refusing has no consequence."
    ),
    Modality.SPEECH: N_(
        "The candidate did not consent to being recorded, so there is no vocal expression to "
        "analyse. Refusing has no consequence."
    ),
}
_REFUSED = {
    Modality.FACE: N_(
        "The candidate did not consent to an analysis of facial expression. Refusing has no consequence."
    ),
    Modality.SPEECH: N_(
        "The candidate did not consent to an analysis of vocal expression. Refusing has no consequence."
    ),
    Modality.TEXT: N_("The candidate did not consent to an analysis of words. Refusing has no consequence."),
}


def permitted_by_law(
    modality: Modality, mode: Mode, place: str | None, *, situation: Situation | None = None, facts: Facts | None = None
) -> Decision:
    """Whether the law lets ``modality`` run at all, whatever the candidate would agree to.

    What the candidate can still put right by signing, or time by passing, counts as permitted here; ``decide`` asks.

    :param place: code of the position's place (webapp/policy/codes.py); None only in practice.
    :param situation: the whole situation, where more is known than the place; today at ``place`` by default.
    """
    decision = _law(modality, mode, situation or here_and_now(place), facts)
    return Decision(True) if decision.code in CURABLE else decision


def decide(
    modality: Modality,
    *,
    mode: Mode,
    country: str | None,
    consents: Collection[Purpose],
    situation: Situation | None = None,
    facts: Facts | None = None,
) -> Decision:
    """Whether ``modality`` may run for an interview: the law first, then the candidate's own consents, then what the
    law wants signed or waited for.

    :param country: code of the position's place, a country or a part of one.
    """
    law = _law(modality, mode, situation or here_and_now(country), facts)
    if not law and law.code not in CURABLE:
        return law
    if modality is not Modality.TEXT and Purpose.RECORDING not in consents:
        return Decision(False, "no_consent", _NOT_RECORDED[modality])
    if NEEDS[modality] not in consents:
        return Decision(False, "no_consent", _REFUSED[modality])
    return law


def here_and_now(place: str | None) -> Situation:
    """Today, at the position's place, with nothing known of the others."""
    return Situation(place or "", datetime.now(UTC).date())


def _law(modality: Modality, mode: Mode, situation: Situation, facts: Facts | None) -> Decision:
    return Decision(True) if mode is Mode.PRACTICE else judge(modality, situation, facts)
