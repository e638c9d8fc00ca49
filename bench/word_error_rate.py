"""How far two transcripts differ."""

from __future__ import annotations

import re
from collections.abc import Sequence


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return re.sub(r"[^\w' ]", " ", text.lower()).split()


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words to substitute, insert and delete to make ``heard`` from ``said`` (Levenshtein); over the number of words
    said it is the word error rate."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]
