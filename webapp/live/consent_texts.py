"""What people in a room are asked to agree to, word for word.

Every consent is stored with the version of the wording that was shown. **Change a word and you change VERSION.**
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.live import policy
from webapp.live.models import SHOWN, LivePurpose, Room
from webapp.policy import Mode

VERSION = "2026-11-21.2"


@dataclass(frozen=True)
class Wording:
    """One purpose in words: what is done, and what happens without it."""

    purpose: LivePurpose
    label: str
    what: str
    without: str
    version: str = VERSION


_READING = (
    "While you are in the call, some pictures a second of your own camera and the sound of your own microphone go to "
    "the server of this Viva. A program there estimates which expression they show. It cannot know what you feel. "
    "Pictures and sound are forgotten at once: they are never stored. "
)
_TO_ALL = "The others in the room see the result if they agreed to the same; you see theirs. "
_NOT_THE_CANDIDATES = (
    "What is read of the candidate is shown to the candidate alone during the call. What is read of the others is "
    "shown to everybody in the room who agreed to the same. "
)
_KEPT = {
    Mode.PRACTICE: "Of the results, one every few seconds is kept for the person whose practice room this is, about "
    "themselves alone.",
    Mode.ASSESSMENT: "Of the candidate's results, one every few seconds is kept for the people who decide about this "
    "job. They see it after the call.",
}
_RECORDING = (
    "Your own camera and microphone are recorded from now until you stop; everyone in the room sees a sign. Whoever "
    "else is in your picture must agree first. "
)
_FOR = {
    Mode.PRACTICE: "Only you can play the recording.",
    Mode.ASSESSMENT: "The people who decide about this job can play the recording.",
}


def reading(room: Room) -> Wording:
    """The question about being read in ``room``. Ask the policy first whether it may be put at all."""
    shown = bool(policy.shows_candidate(room))
    return Wording(
        LivePurpose.READING,
        "Read my expression and my voice during the call",
        _READING + (_TO_ALL if shown else _NOT_THE_CANDIDATES) + _KEPT[room.mode],
        "You take part in the call like anyone. Nothing of yours is analysed.",
        VERSION + SHOWN if shown and room.mode is Mode.ASSESSMENT else VERSION,
    )


def recording(room: Room) -> Wording:
    """The question about recording one's own side in ``room``."""
    return Wording(
        LivePurpose.RECORDING,
        "Record my side",
        _RECORDING + _FOR[room.mode],
        "The call is the same. Nothing of yours is stored.",
    )


def of(room: Room, purpose: LivePurpose) -> Wording:
    """The text that asks for a consent in a room."""
    return reading(room) if purpose is LivePurpose.READING else recording(room)
