"""A person's corrections: the new words, with the times of the old ones where they are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from ml.transcripts.captions import spread
from ml.transcripts.transcript import Transcript, Word


def correct(original: Transcript, lines: Sequence[str]) -> Transcript:
    """``original`` with its lines rewritten; one text for each of ``original.lines()``, an empty one for a line that
    was not said.

    Words that stay keep their times, and lose the doubt that was in them: a person has read them. New words share the
    time of those that they replace. Raises ValueError where the number of lines differs.
    """
    old = original.lines()
    if len(lines) != len(old):
        raise ValueError("There must be one text for each line")
    words: list[Word] = []
    breaks: list[int] = []
    for line, text in zip(old, lines, strict=True):
        fresh = text.split()
        if not fresh:
            continue
        breaks.append(len(words))
        same = fresh == [word.text for word in line.words]
        words += line.words if same else _aligned(list(line.words), fresh, line.start, line.end)
    return Transcript(words, original.language, original.recogniser, breaks)


def _aligned(old: list[Word], fresh: list[str], start: float | None, end: float | None) -> list[Word]:
    if start is None or end is None:
        return [Word(text, None, None) for text in fresh]
    result: list[Word] = []
    matcher = SequenceMatcher(None, [_bare(word.text) for word in old], [_bare(text) for text in fresh], False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            result += [replace(old[a + k], text=fresh[c + k], confidence=None) for k in range(d - c)]
        elif c < d:
            first = old[a].start if a < b else (old[a - 1].end if a else start)
            last = old[b - 1].end if a < b else (old[b].start if b < len(old) else end)
            first, last = (start if first is None else first), (end if last is None else last)
            result += spread(fresh[c:d], first, max(first, last))
    return result


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum()) or text
