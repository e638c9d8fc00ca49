"""Categories of words for the style base model: broad lists of our own, by stems, and how pleasant words are.

The lists follow what the literature on words and personality counts (pronouns, feelings, thinking, time, work, home, …)
and stand in ``stems.py``. How pleasant and how subjective a word is comes from the lexicon
that ships with TextBlob (Pattern's, by T. De Smedt and W. Daelemans), read from the package as data. Words that say who
somebody is count in neither: the lexicon finds "blind" and "black" unpleasant.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from ml.text.stems import STEMS

NAMES = tuple(STEMS)
#: The shortest stem that a star may follow.
SHORTEST = 2
#: Terms of identity, which have no tone here.
UNTONED = frozenset(
    """gay lesbian bisexual straight queer homosexual heterosexual transgender trans male female masculine feminine
    black white brown asian african american european latino latina hispanic mexican chinese japanese korean indian arab
    arabic english french german spanish italian russian polish irish british foreign native muslim islamic christian
    catholic protestant jewish hindu buddhist atheist religious secular disabled blind deaf mute autistic mental
    old young elderly aged pregnant poor rich single married fat thin""".split()
)
TONE = ("pleasant", "unpleasant", "subjective", "intense")


def _sorted_out() -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    whole: dict[str, set[int]] = defaultdict(set)
    begun: dict[str, set[int]] = defaultdict(set)
    for number, words in enumerate(STEMS.values()):
        for word in words.split():
            (begun if word.endswith("*") else whole)[word.rstrip("*")].add(number)
    return whole, begun


_WHOLE, _BEGUN = _sorted_out()


@lru_cache(maxsize=65_536)
def numbers_of(word: str) -> tuple[int, ...]:
    """The categories, by their place in NAMES, that a word in lower case counts in."""
    found = set(_WHOLE.get(word, ()))
    for end in range(SHORTEST, len(word) + 1):
        found |= _BEGUN.get(word[:end], set())
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def tones() -> dict[str, tuple[float, ...]]:
    """Per word in lower case its TONE: pleasant, unpleasant and subjective in 0..1, intense in -1..1.

    A word with several senses has their mean. Raises RuntimeError where TextBlob is not installed.
    """
    spec = find_spec("textblob")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package textblob, whose lexicon the style reads, is not installed. Run: ./viva up")
    senses: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    path = Path(spec.origin).parent / "en" / "en-sentiment.xml"
    for entry in ElementTree.parse(path).getroot().iter("word"):  # noqa: S314 -- a package's own file
        values = [float(entry.get(name, "0")) for name in ("polarity", "subjectivity", "intensity")]
        senses[entry.get("form", "").lower()].append(tuple(values))
    result = {}
    for word, found in senses.items():
        if word in UNTONED:
            continue
        polarity, subjectivity, intensity = np.mean(found, axis=0)
        result[word] = tuple(map(float, (max(polarity, 0.0), max(-polarity, 0.0), subjectivity, intensity - 1)))
    return result
