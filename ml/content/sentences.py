"""A text as sentences with their places, so that every finding can be quoted and shown where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ml.content.stems import places

#: Words of a spoken sentence without a full stop in sight before it is cut.
LONGEST = 45
_END = re.compile(r"(?:[.!?…]+[\"'”’)\]]*(?=\s|$))|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|approx|No)|\b[A-Z])\.$")


@dataclass(frozen=True)
class Sentence:
    """``text`` is ``whole[start:end]``, character offsets into the text as it was given."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """Sentences in order; a very long one (a transcript without stops) is cut at a comma or after LONGEST words."""
    found: list[Sentence] = []
    begin = 0
    for mark in _END.finditer(text):
        if _ABBREVIATION.search(text[begin : mark.end()]):
            continue
        found += _pieces(text, begin, mark.end())
        begin = mark.end()
    return found + _pieces(text, begin, len(text))


def _pieces(text: str, begin: int, end: int) -> list[Sentence]:
    if not any(character.isalnum() for character in text[begin:end]):
        return []
    words = [(begin + start, begin + stop) for start, stop in places(text[begin:end])]
    pieces, first = [], 0
    while first < len(words):
        last = min(first + LONGEST, len(words))
        if last < len(words):
            commas = [i for i in range(first + LONGEST // 2, last) if text[words[i][1] - 1] in ",;:"]
            last = commas[-1] + 1 if commas else last
        start, stop = words[first][0], words[last - 1][1]
        pieces.append(Sentence(text[start:stop], start, stop))
        first = last
    return pieces
