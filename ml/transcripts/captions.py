"""Transcripts from files of captions, and WebVTT (W3C) of transcripts."""

from __future__ import annotations

import html

from ml.transcripts.formats import CaptionsError, read
from ml.transcripts.transcript import UNSURE, Transcript, Word

#: How long a spoken word takes (s), where a file does not say when a turn ends.
SECONDS_A_WORD = 0.4


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


def parse(data: bytes | str, seconds: float | None = None, speaker: str | None = None) -> Transcript:
    """A transcript of any format that ml.transcripts.formats reads.

    The words of a cue share its time by their length; plain text has no times. ``speaker`` keeps one speaker's words.
    Raises CaptionsError in words for the person: what ml.transcripts.formats.read and TranscriptFile.one_speaker
    raise, and ``times`` where a cue begins after the recording's ``seconds``.
    """
    cues = read(data).one_speaker(speaker).cues
    words: list[Word] = []
    breaks: list[int] = []
    for number, cue in enumerate(cues):
        if seconds and cue.start is not None and cue.start > seconds + 1:
            raise CaptionsError(
                "times",
                f"Caption {number + 1} starts after the recording's end. Is this the file of another recording?",
            )
        breaks.append(len(words))
        texts = cue.text.split()
        if cue.start is None:
            words += [Word(text, None, None) for text in texts]
            continue
        end = cue.end
        if end is None:  # the last turn of a file without ends: as long as its words usually take
            end = min(cue.start + SECONDS_A_WORD * len(texts), seconds or float("inf"))
        words += spread(texts, cue.start, max(end, cue.start))
    return Transcript(words, breaks=breaks if len(breaks) > 1 or cues[0].start is not None else [])


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
