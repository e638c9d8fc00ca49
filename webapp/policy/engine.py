"""The rule itself: a pure function of the mode, the place and the consents. It denies unless a rule allows.

Sources: AI Act (Regulation (EU) 2024/1689) Art. 5(1)(f), in force since 2 February 2025: inferring emotions from
biometric data in recruitment is prohibited, consent or not. Elsewhere notice and consent are the least that is asked.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

EU = frozenset(("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK").split())
EEA = EU | frozenset({"IS", "LI", "NO"})
#: Territories of member states with codes of their own, where Union law applies too.
EEA_TERRITORIES = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
#: Places where face and voice emotion may run in an assessment with the person's consent. Every other place is denied.
WITH_CONSENT = frozenset({"CA", "US"})


class Mode(enum.StrEnum):
    """Practice belongs to the candidate alone; an assessment belongs to a job with a place."""

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
_WHAT = {
    Modality.FACE: "facial expression",
    Modality.SPEECH: "vocal expression",
    Modality.TEXT: "words",
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
    """Whether the law of the job's place lets ``modality`` run at all, whatever the candidate would agree to.

    :param country: ISO 3166-1 alpha-2 code of the job's place; None only in practice.
    """
    if mode is Mode.PRACTICE or modality is Modality.TEXT:
        return Decision(True)
    country = (country or "").upper()
    if country in EEA or country in EEA_TERRITORIES:
        return Decision(
            False,
            "prohibited_in_eea",
            f"Reading emotion from {_WHAT[modality]} is prohibited in recruitment in the EU and the EEA "
            "(AI Act, Art. 5(1)(f)). It was not done.",
        )
    if country not in WITH_CONSENT:
        return Decision(
            False,
            "place_not_cleared",
            f"Viva reads {_WHAT[modality]} only where that has been cleared, and the job's place has not been. "
            "It was not done.",
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
            f"The candidate did not consent to being recorded, so there is no {_WHAT[modality]} to read. "
            "Refusing has no consequence.",
        )
    if NEEDS[modality] not in consents:
        return Decision(
            False,
            "no_consent",
            f"The candidate did not consent to an analysis of {_WHAT[modality]}. Refusing has no consequence.",
        )
    return Decision(True)
