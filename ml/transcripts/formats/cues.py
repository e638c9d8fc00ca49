"""What a file of captions or a transcript holds, whatever program wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ml.core.errors import VivaError

#: The formats that are read, as a refusal names them.
FORMATS = (
    "WebVTT (.vtt), SubRip (.srt), SubViewer (.sbv), SubStation Alpha (.ass, .ssa), JSON (Whisper, Teams, Zoom), "
    "a Word transcript (.docx) or plain text (.txt)"
)


class CaptionsError(VivaError):
    """A file of captions cannot be used.

    Codes: ``empty``, ``too_large``, ``times``, ``format``, ``encoding``, ``speaker`` (nobody of that name),
    ``speakers`` (several people speak, and nobody said which one is meant).
    """


@dataclass(frozen=True)
class Cue:
    """One piece of speech. ``start`` and ``end`` are seconds from the beginning, None where the file has none;
    ``speaker`` is a name as the file gives it, or None; ``text`` is decoded, without markup, in one line."""

    start: float | None
    end: float | None
    speaker: str | None
    text: str


@dataclass(frozen=True)
class TranscriptFile:
    """A file that was read. ``format`` is vtt, srt, sbv, ass, whisper, json, docx or text."""

    format: str
    cues: tuple[Cue, ...]

    @property
    def speakers(self) -> list[str]:
        """The names in the order in which they first speak."""
        return list(dict.fromkeys(cue.speaker for cue in self.cues if cue.speaker))

    @property
    def text(self) -> str:
        """All words as running text."""
        return " ".join(cue.text for cue in self.cues)

    def of(self, speaker: str) -> TranscriptFile:
        """The cues of one speaker, whose name may differ in case. Raises CaptionsError (``speaker``)."""
        wanted = speaker.strip().casefold()
        kept = tuple(cue for cue in self.cues if cue.speaker and cue.speaker.casefold() == wanted)
        if not kept:
            names = ", ".join(self.speakers)
            told = f"It names: {names}." if names else "It names no speakers."
            raise CaptionsError("speaker", f"Nobody called “{speaker}” speaks in this file. {told}")
        return replace(self, cues=kept)

    def one_speaker(self, speaker: str | None = None) -> TranscriptFile:
        """The cues of ``speaker``; without a name, all of them where at most one person is named.

        Raises CaptionsError (``speaker``, ``speakers``)."""
        if speaker:
            return self.of(speaker)
        if len(self.speakers) > 1:
            names = ", ".join(self.speakers)
            raise CaptionsError("speakers", f"Several people speak in this file: {names}. Say which one is meant.")
        return self

    def to_json(self) -> dict[str, Any]:
        """What the command prints: ``format``, ``speakers`` and ``cues``."""
        return {"format": self.format, "speakers": self.speakers, "cues": [asdict(cue) for cue in self.cues]}


def in_one_line(text: str) -> str:
    """``text`` with every run of white space, line ends included, as one space."""
    return " ".join(text.split())


def kept(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues that say something, each in one line; a recogniser's marks for silence are nothing said."""
    found = (replace(cue, text=in_one_line(_MARKS.sub(" ", cue.text))) for cue in cues)
    return tuple(cue for cue in found if cue.text)


_MARKS = re.compile(r"\[(?:BLANK_AUDIO|SPEAKER_TURN|_[A-Z]+_(?:\d+)?)\]")


def unreadable() -> CaptionsError:
    """The refusal of a file that is none of the formats."""
    return CaptionsError("format", f"This file is not a transcript that Viva can read. It reads {FORMATS}.")
