"""What people in a room are asked to agree to, word for word.

Every consent is stored with the version and the language of the text that was shown. **Change a word and you change
VERSION.** Like the candidate's consent texts these are not in the catalogues; so far they are written in English.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.candidate.consent_texts import shown_as
from webapp.core.translation import ENGLISH, PSEUDO, language
from webapp.live import policy
from webapp.live.models import SHOWN, LivePurpose, Room
from webapp.policy import Mode

VERSION = "2026-12-01.1"


@dataclass(frozen=True)
class ConsentText:
    """One purpose in words: what is done, and what happens without it."""

    purpose: LivePurpose
    label: str
    what: str
    without: str
    version: str = VERSION
    language: str = "en"


_WHAT_READING = (
    "While you are in the call, some pictures a second of your own camera and the sound of your own microphone go to "
    "the server of this installation. A program there estimates which expression they show. It "
    "cannot know what you feel. "
    "Pictures and sound are deleted at once: they are never stored. "
)
_TO_ALL = "The others in the room see the result if they agreed to the same; you see theirs. "
_NOT_THE_CANDIDATES = (
    "The results of the candidate are shown only to the candidate during the call. The results of the others are "
    "shown to everyone in the room who agreed to the same. "
)
_KEPT = {
    Mode.PRACTICE: "One result every few seconds is kept for the owner of this practice room, about themselves only.",
    Mode.ASSESSMENT: "One of the candidate's results every few seconds is kept for the people who decide about this "
    "position. They see it after the call.",
}
_WHAT_RECORDING = (
    "Your own camera and microphone are recorded from now until you stop; everyone in the room sees a sign. Whoever "
    "else is in your picture must agree first. "
)
_FOR = {
    Mode.PRACTICE: "Only you can play the recording.",
    Mode.ASSESSMENT: "The people who decide about this position can play the recording.",
}


def _reading(room: Room) -> ConsentText:
    """The question about being read in ``room``. Ask the policy first whether it may be put at all."""
    shown = bool(policy.shows_candidate(room))
    return ConsentText(
        LivePurpose.READING,
        "Analyse my expression and my voice during the call",
        _WHAT_READING + (_TO_ALL if shown else _NOT_THE_CANDIDATES) + _KEPT[room.mode],
        "You take part in the call like everyone else. Nothing of yours is analysed.",
        VERSION + SHOWN if shown and room.mode is Mode.ASSESSMENT else VERSION,
    )


def _recording(room: Room) -> ConsentText:
    """The question about recording one's own side in ``room``."""
    return ConsentText(
        LivePurpose.RECORDING,
        "Record my side",
        _WHAT_RECORDING + _FOR[room.mode],
        "The call is the same. Nothing of yours is stored.",
    )


def reading(room: Room) -> ConsentText:
    """The question about analysis, in the language that it is shown in."""
    return of(room, LivePurpose.READING)


def recording(room: Room) -> ConsentText:
    """The question about recording, in the language that it is shown in."""
    return of(room, LivePurpose.RECORDING)


def of(room: Room, purpose: LivePurpose) -> ConsentText:
    """The text that asks for a consent in a room, in the language that it is shown in."""
    return shown_as(_in_english(room, purpose), PSEUDO if language() == PSEUDO else ENGLISH)


def _in_english(room: Room, purpose: LivePurpose) -> ConsentText:
    return _reading(room) if purpose is LivePurpose.READING else _recording(room)
