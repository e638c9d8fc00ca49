"""The style base model of the text model: how somebody writes, in some 140 shares of words, marks and tags.

What it counts follows the tradition of Pennebaker's and Mairesse's features (pronouns, negations, words of feeling, of
certainty, of family, …; the lengths of words and sentences; parts of speech); the word lists are ours, short ones here
and broad ones in ``categories.py``. A ridge regression per trait on their standardised square roots. Serving is numpy
alone.

Source: F. Mairesse et al. (2007), Using linguistic cues for the automatic recognition of personality, JAIR 30.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.text import categories

FILE = "text_style.npz"
#: Standard deviations past which a share counts no more: short texts have wild shares.
CLIP = 3.0

CATEGORIES = {
    name: frozenset(words.split())
    for name, words in {
        "i": "i me my mine myself",
        "we": "we us our ours ourselves",
        "you": "you your yours yourself",
        "others": "he him his himself she her hers herself they them their theirs themselves",
        "it": "it its this that these those",
        "negation": "no not never none nothing nobody nor neither nowhere",
        "swearing": "shit fuck fucking damn hell ass crap bitch suck sucks bullshit piss pissed",
        "pleasure": "love happy good great nice fun glad wonderful excited enjoy hope best awesome beautiful lucky "
        "laugh smile thank cool sweet better",
        "displeasure": "hate bad sad worry worried afraid scared nervous stress stressed lonely alone cry depressed "
        "angry mad annoy annoyed upset tired hurt guilty horrible awful terrible miss pain fear anxious sick",
        "people": "friend friends people guy girl party talk together meet call phone visit conversation",
        "family": "mom dad mother father brother sister parent parents family grandma grandmother cousin son daughter",
        "achievement": "work study class test grade school goal success hard try finish homework college job exam "
        "project",
        "art": "art music poem write book paint think wonder idea dream world strange imagine song read philosophy "
        "movie",
        "belief": "god church pray faith bless holy spirit prayer heaven",
        "body": "eat sleep hungry head eye eyes hand body hair stomach bed food",
        "tentative": "maybe perhaps guess seem seems probably might somehow suppose kind sort possibly",
        "certain": "always never all every definitely completely absolutely totally sure certain must exactly",
        "thought": "think know because cause reason realize understand believe why decide consider",
        "future": "will going shall tomorrow soon",
        "past": "was were had did been yesterday ago",
        "sport": "game football team play win sport run basketball gym race",
        "time": "now today day week minute hour time clock year month",
        "home": "home house room dorm roommate apartment",
        "filler": "well like oh okay ok yeah um uh hmm wow anyway",
        "article": "a an the",
        "preposition": "of in on at by for with from to into about over under between through during",
        "conjunction": "and but or so because although though while if since unless",
    }.items()
}
MARKS = ("!", "?", ",", "...", "(", '"', ";", ":", "-", ".")
TAGS = (
    "NN", "NNS", "NNP", "JJ", "JJR", "JJS", "RB", "RBR", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "PRP", "PRP$", "IN",
    "DT", "CC", "MD", "TO", "UH", "CD", "WP", "WRB", "EX", "RP", "POS",
)  # fmt: skip
MEASURES = (
    "sentence_length", "word_length", "long_words", "richness", "small_i", "shouting", "numbers",
    *CATEGORIES, *MARKS, *TAGS, *(f"{name}, wide" for name in categories.NAMES), *categories.TONE,
)  # fmt: skip
_CATEGORY_OF: dict[str, tuple[int, ...]] = {}
for _number, _words in enumerate(CATEGORIES.values()):
    for _word in _words:
        _CATEGORY_OF[_word] = (*_CATEGORY_OF.get(_word, ()), _number)


def categories_of(token: str) -> list[str]:
    """The categories that a token counts in, narrow ones first."""
    names, word = tuple(CATEGORIES), token.lower()
    narrow = [names[number] for number in _CATEGORY_OF.get(word, ())]
    return narrow + [f"{categories.NAMES[number]}, wide" for number in categories.numbers_of(word)]


@dataclass(frozen=True)
class Style:
    """``mean`` and ``deviation`` (measures,) standardise; ``weights`` (measures, 5), ``bias`` (5,)."""

    mean: np.ndarray
    deviation: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def score(self, measured: np.ndarray) -> np.ndarray:
        """Scores (…, 5) of ``measures`` (…, measures), not calibrated."""
        return np.clip((measured - self.mean) / self.deviation, -CLIP, CLIP) @ self.weights + self.bias


def measures(tokens: list[str], tags: list[str]) -> np.ndarray:
    """The measures (len(MEASURES),) of a text's tokens and their tags: square roots of shares, logarithms of lengths.

    The number of words is none of them: a time limit sets it, not the writer.
    """
    total = max(1, len(tokens))
    lower = [token.lower() for token in tokens]
    words = [token for token in lower if token[0].isalpha()]
    count = max(1, len(words))
    counts, kinds = Counter(lower), Counter(tags)
    narrow, wide, tone = [0] * len(CATEGORIES), [0] * len(categories.NAMES), [0.0] * len(categories.TONE)
    letters, tones = 0, categories.tones()
    for word, times in counts.items():
        letters += times * len(word) if word[0].isalpha() else 0
        for number in _CATEGORY_OF.get(word, ()):
            narrow[number] += times
        for number in categories.numbers_of(word):
            wide[number] += times
        for number, value in enumerate(tones.get(word, ())):
            tone[number] += times * value
    ends = counts["."] + counts["!"] + counts["?"] + counts["..."]
    cased = Counter(tokens)
    general = [
        np.log(count / max(1, ends)),
        letters / count,
        sum(len(word) > 6 for word in words) / count,
        # of the first hundred words: of a longer text's words more are repeats
        len(set(words[:100])) / max(1, min(100, count)),
        np.sqrt(cased["i"] / total),
        np.sqrt(sum(times for token, times in cased.items() if len(token) > 1 and token.isupper()) / total),
        np.sqrt(sum(times for token, times in cased.items() if token[0].isdigit()) / total),
    ]
    shares = [*narrow, *(counts[mark] for mark in MARKS), *(kinds[tag] for tag in TAGS), *wide]
    return np.array([*general, *np.sqrt(np.array(shares) / total), *(value / total for value in tone)])


@lru_cache(maxsize=2)
def load(path: Path) -> Style:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        return Style(*(file[name].astype(np.float64) for name in ("mean", "deviation", "weights", "bias")))
