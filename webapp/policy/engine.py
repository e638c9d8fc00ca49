"""The rule itself: a pure function of the mode, the place and the consents. It denies unless a rule allows.

Sources: AI Act (Regulation (EU) 2024/1689) Art. 5(1)(f), in force since 2 February 2025: inferring emotions from
biometric data in recruitment is prohibited, consent or not. Elsewhere notice and consent are the least that is asked.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from ml.core.messages import N_

EU = frozenset(("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK").split())
EEA = EU | frozenset({"IS", "LI", "NO"})
#: Territories of member states with codes of their own, where Union law applies too.
EEA_TERRITORIES = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
#: Places where face and voice emotion may run in an assessment with the person's consent. Every other place is denied.
WITH_CONSENT = frozenset({"CA", "US"})


class Mode(enum.StrEnum):
    """Practice belongs to the candidate alone; an assessment belongs to a position with a place."""

    PRACTICE = "practice"
    ASSESSMENT = "assessment"


class Modality(enum.StrEnum):
    """What can be read of an answer."""

    FACE = "face"
    SPEECH = "speech"
    TEXT = "text"


class Purpose(enum.StrEnum):
    """What a candidate consents to, each by itself."""

    RECORDING = "recording"
    TEXT = "text"
    VOICE = "voice"
    FACE = "face"


#: The consent that each modality needs; face and voice need the one to recording as well, for they are read from it.
NEEDS = {Modality.FACE: Purpose.FACE, Modality.SPEECH: Purpose.VOICE, Modality.TEXT: Purpose.TEXT}
#: The reasons are stored with what was not analysed, in English, and translated when they are shown.
_PROHIBITED = {
    Modality.FACE: N_(
        "Inferring emotion from facial expression is prohibited in recruitment in the EU and the EEA "
        "(AI Act, Art. 5(1)(f)). It was not done."
    ),
    Modality.SPEECH: N_(
        "Inferring emotion from vocal expression is prohibited in recruitment in the EU and the EEA "
        "(AI Act, Art. 5(1)(f)). It was not done."
    ),
}
_NOT_CLEARED = {
    Modality.FACE: N_(
        "Facial expression is analysed only where that has been cleared, and the location of this "
        "position has not been. It was not done."
    ),
    Modality.SPEECH: N_(
        "Vocal expression is analysed only where that has been cleared, and the location of this "
        "position has not been. It was not done."
    ),
}
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


@dataclass(frozen=True)
class Decision:
    """Whether a modality may run; ``code`` for programs, ``reason`` for people (empty when allowed)."""

    allowed: bool
    code: str = "allowed"
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def permitted_by_law(modality: Modality, mode: Mode, country: str | None) -> Decision:
    """Whether the law of the position's place lets ``modality`` run at all, whatever the candidate would agree to.

    :param country: ISO 3166-1 alpha-2 code of the position's place; None only in practice.
    """
    if mode is Mode.PRACTICE or modality is Modality.TEXT:
        return Decision(True)
    country = (country or "").upper()
    if country in EEA or country in EEA_TERRITORIES:
        return Decision(
            False,
            "prohibited_in_eea",
            _PROHIBITED[modality],
        )
    if country not in WITH_CONSENT:
        return Decision(
            False,
            "place_not_cleared",
            _NOT_CLEARED[modality],
        )
    return Decision(True)


def decide(modality: Modality, *, mode: Mode, country: str | None, consents: Collection[Purpose]) -> Decision:
    """Whether ``modality`` may run for an interview: the law first, then the candidate's own consents."""
    lawful = permitted_by_law(modality, mode, country)
    if not lawful:
        return lawful
    if modality is not Modality.TEXT and Purpose.RECORDING not in consents:
        return Decision(
            False,
            "no_consent",
            _NOT_RECORDED[modality],
        )
    if NEEDS[modality] not in consents:
        return Decision(
            False,
            "no_consent",
            _REFUSED[modality],
        )
    return Decision(True)
