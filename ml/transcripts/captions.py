"""Captions in and out: WebVTT (W3C), SubRip, and plain text."""

from __future__ import annotations

import html
import re

from ml.core.errors import VivaError
from ml.transcripts.transcript import UNSURE, Transcript, Word

LARGEST = 2_000_000  # characters of an uploaded file
_TIMES = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s+-->\s+(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})")
_TAG = re.compile(r"<[^>\n]{0,80}>")


class CaptionsError(VivaError):
    """A file of captions cannot be used. Codes: ``empty``, ``too_large``, ``times``."""


def to_vtt(transcript: Transcript, seconds: float | None = None) -> str:
    """WebVTT of a timed transcript; uncertain words are in italics. A transcript without times gives no cues.

    ``seconds`` is the recording's length: no cue reaches beyond it.
    """
    blocks = ["WEBVTT\n"]
    lines = [
        (line.start, line.end, line.words)
        for line in transcript.lines()
        if line.start is not None and line.end is not None
    ]
    for index, (start, end, words) in enumerate(lines):
        end = max(end, start + 0.8)  # long enough to be seen
        if index + 1 < len(lines):
            end = max(min(end, lines[index + 1][0]), start + 0.05)
        if seconds:
            end = max(min(end, seconds), start + 0.05)
        blocks.append(f"{_clock(start)} --> {_clock(end)}\n{_marked(words)}\n")
    return "\n".join(blocks)


def _marked(words: tuple[Word, ...]) -> str:
    texts = []
    for word in words:
        text = html.escape(word.text, quote=False).replace("-->", "→")
        texts.append(f"<i>{text}</i>" if word.confidence is not None and word.confidence < UNSURE else text)
    return " ".join(texts).replace("--&gt;", "→")


def _clock(seconds: float) -> str:
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def parse(text: str, seconds: float | None = None) -> Transcript:
    """Read WebVTT, SubRip or plain text, told apart by their content.

    The words of a cue share its time by their length; plain text has no times. Raises CaptionsError in words for the
    person: nothing in it, too large, a cue that ends before it starts or begins after the recording's ``seconds``.
    """
    if len(text) > LARGEST:
        raise CaptionsError("too_large", "This file is too large for a transcript. Choose the file of this answer.")
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    cues = list(_cues(text))
    if not cues and text.lstrip().startswith("WEBVTT"):
        raise CaptionsError("empty", "There are no captions in this file. Choose another file.")
    if not cues:
        return plain(text)
    words: list[Word] = []
    breaks: list[int] = []
    for number, (start, end, said) in enumerate(cues, 1):
        if end < start:
            raise CaptionsError("times", f"Caption {number} ends before it starts. Mend its times and try again.")
        if seconds and start > seconds + 1:
            raise CaptionsError(
                "times",
                f"Caption {number} starts after the recording's end. Is this the file of another recording?",
            )
        if said.split():
            breaks.append(len(words))
            words += spread(said.split(), start, end)
    if not words:
        raise CaptionsError("empty", "There are no words in this file. Choose another file.")
    return Transcript(words, breaks=breaks)


def plain(text: str) -> Transcript:
    """Typed text, one line of captions a line, without times. Raises CaptionsError (``empty``)."""
    words: list[Word] = []
    breaks: list[int] = []
    for line in text.splitlines():
        if line.split():
            breaks.append(len(words))
            words += [Word(piece, None, None) for piece in line.split()]
    if not words:
        raise CaptionsError("empty", "There are no words in this. Write what was said, or choose another file.")
    return Transcript(words, breaks=breaks if len(breaks) > 1 else [])


def spread(texts: list[str], start: float, end: float, confidence: float | None = None) -> list[Word]:
    """Words that share the time from ``start`` to ``end`` by their length."""
    total = sum(len(text) + 1 for text in texts)
    words, at = [], 0
    for text in texts:
        begin, at = at, at + len(text) + 1
        first, last = (start + (end - start) * place / total for place in (begin, at))
        words.append(Word(text, round(first, 2), round(last, 2), confidence))
    return words


def _cues(text: str):
    """(start, end, words) of each cue; notes, styles, numbers and settings are left out, tags taken off."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.split("\n")
        for index, line in enumerate(lines):
            if found := _TIMES.search(line):
                said = " ".join(_TAG.sub("", html.unescape(part)) for part in lines[index + 1 :])
                yield _seconds(found.groups()[:4]), _seconds(found.groups()[4:]), said
                break


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000
