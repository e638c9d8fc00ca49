"""From what a candidate said to the numbers that the raters' model reads: how much, how varied, which words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ml.interview.wordlists import FILLED_PAUSE, LISTS

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d[\d.,]*")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})
#: Words of the window over which variety is counted: a share of different words falls with a text's length.
WINDOW = 50
#: Shares of all words, one a list, then these.
LEXICAL = (
    *(f"share_{name}" for name in LISTS),
    "share_fillers",
    "share_repeats",
    "share_past",
    "share_ing",
    "share_long",
    "share_numbers",
    "letters_per_word",
    "variety",
    "log_words",
    "log_distinct",
    "log_words_per_turn",
    "log_longest_turn",
)


def words_of(text: str) -> list[str]:
    """Words and numbers in lower case, filled pauses included; "don't" is one word."""
    return _WORD.findall(text.translate(_APOSTROPHES).lower())


def has_words(text: str) -> bool:
    """Whether there is a word besides filled pauses."""
    return any(not is_filler(word) for word in words_of(text))


def is_filler(word: str) -> bool:
    """Whether a word in lower case is a filled pause, such as "um"."""
    return FILLED_PAUSE.match(word) is not None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[frozenset[str], dict[str, list[tuple[str, ...]]]]]:
    """Per list its single words, and its phrases by their first word."""
    found = {}
    for name, entries in LISTS.items():
        phrases: dict[str, list[tuple[str, ...]]] = {}
        for entry in entries:
            parts = tuple(entry.split())
            if len(parts) > 1:
                phrases.setdefault(parts[0], []).append(parts)
        found[name] = (frozenset(entry for entry in entries if " " not in entry), phrases)
    return found


def counts(words: Sequence[str]) -> Counter[str]:
    """How often each list occurs; a phrase counts once, "n't" for every word that ends so."""
    words = list(words)
    tally: Counter[str] = Counter()
    singles = Counter(words)
    for name, (single, phrases) in _patterns().items():
        number = sum(count for word, count in singles.items() if word in single)
        if name == "negations":
            number += sum(count for word, count in singles.items() if word.endswith("n't"))
        if phrases:
            for i, word in enumerate(words):
                for phrase in phrases.get(word, ()):
                    number += tuple(words[i : i + len(phrase)]) == phrase
        tally[name] = number
    return tally


def lexical(turns: Sequence[str]) -> dict[str, float]:
    """The features named in LEXICAL, of a candidate's turns (or answers).

    Shares are of all words that are not filled pauses. Raises ValueError where there is no word at all.
    """
    each = [words_of(turn) for turn in turns]
    spoken = [word for turn in each for word in turn]
    plain = [word for word in spoken if not is_filler(word)]
    if not plain:
        raise ValueError("there is no word in this text")
    total = len(plain)
    tally = counts(plain)
    lengths = sorted(len(turn) for turn in each)
    features = {f"share_{name}": tally[name] / total for name in LISTS}
    features |= {
        "share_fillers": (len(spoken) - total) / total,
        "share_repeats": sum(a == b for a, b in pairwise(plain)) / total,
        "share_past": sum(len(w) > 4 and w.endswith("ed") for w in plain) / total,
        "share_ing": sum(len(w) > 5 and w.endswith("ing") for w in plain) / total,
        "share_long": sum(len(w) > 6 for w in plain) / total,
        "share_numbers": sum(w[0].isdigit() for w in plain) / total,
        "letters_per_word": sum(map(len, plain)) / total,
        "variety": variety(plain),
        "log_words": float(np.log(total)),
        "log_distinct": float(np.log(len(set(plain)))),
        "log_words_per_turn": float(np.log(total / max(1, sum(n > 5 for n in lengths)))),
        "log_longest_turn": float(np.log(lengths[-1])),
    }
    return features


def variety(words: Sequence[str], window: int = WINDOW) -> float:
    """The mean share of different words in every ``window`` words in a row (0..1); of the whole where it is shorter.

    The moving-average type-token ratio of Covington and McFall (2010).
    """
    words = list(words)
    if len(words) <= window:
        return len(set(words)) / max(1, len(words))
    inside = Counter(words[:window])
    total = len(inside)
    for i in range(window, len(words)):
        inside[words[i]] += 1
        old = words[i - window]
        inside[old] -= 1
        if not inside[old]:
            del inside[old]
        total += len(inside)
    return total / (len(words) - window + 1) / window
