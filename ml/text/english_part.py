"""The sentences of a text that are English, where others are not: a text is read sentence by sentence."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from ml.text.language import share_of_grammar

#: A sentence is of another language where at least this share of its words are that language's words of grammar, and
#: so much more than are English ones.
FEWEST, MORE = 0.2, 0.2
#: A shorter sentence (words), or one with a smaller share of English words of grammar, tells nothing by itself: it is
#: of another language where a neighbour is.
SHORT, LEAST_ENGLISH = 4, 0.15
_SENTENCES = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|\n+")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


ENGLISH = "English"


class EnglishPart(NamedTuple):
    """``text`` of the English sentences; how many sentences there are and how many were left out, and the ``language``
    of most of these (None where none was)."""

    text: str
    sentences: int
    left_out: int
    language: str | None


def english_part(text: str) -> EnglishPart:
    """Leave out the sentences of a text that are written in another language. All of it, where none is."""
    sentences = [sentence for sentence in _SENTENCES.split(text) if sentence and sentence.strip()]
    told = [_language(_WORDS.findall(sentence)) for sentence in sentences]
    kept: list[str] = []
    languages: Counter[str] = Counter()
    for number, sentence in enumerate(sentences):
        other = told[number] or _of_neighbours(told, number)
        if other == ENGLISH:
            kept.append(sentence)
        else:
            languages[other] += 1
    if not languages:
        return EnglishPart(text, len(sentences), 0, None)
    return EnglishPart(" ".join(kept), len(sentences), languages.total(), languages.most_common(1)[0][0])


def _of_neighbours(told: list[str | None], number: int) -> str:
    """The language of the nearest sentences that tell one; another than English, where one of them is of another."""
    before = next((language for language in reversed(told[:number]) if language), ENGLISH)
    after = next((language for language in told[number + 1 :] if language), ENGLISH)
    return before if before != ENGLISH else after


def _language(words: list[str]) -> str | None:
    """The language that a sentence's words are of, None where they do not tell."""
    letters = "".join(words)
    if sum(character >= "\u0250" for character in letters) > len(letters) / 2:
        return "another script"
    if len(words) < SHORT:
        return None
    shares = share_of_grammar(words)
    english = shares.pop(ENGLISH, 0.0)
    likeliest = max(shares, key=shares.__getitem__)
    if shares[likeliest] >= max(FEWEST, english + MORE):
        return likeliest
    return ENGLISH if english >= LEAST_ENGLISH else None
