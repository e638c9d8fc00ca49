"""An answer against the points of its question's rubric: which are touched, by which words, and where.

Each point is compared with every sentence of the answer and every two in a row. Alike is: the point's words, each
weighed by how rare it is, that the sentence has too, or has another word of its stem, of its concept or near it in the
word vectors (a soft recall, as in Zhang et al. 2020, BERTScore, with word vectors in BERT's place), and the cosine of
both weighted mean vectors (Arora et al. 2017, a simple but tough-to-beat baseline for sentence embeddings). A point
that nothing comes near enough to is "not found", which does not say that it is missing: people say things in other
words.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.content.concepts import asks_for_number, concepts, is_number
from ml.content.sentences import Sentence, sentences
from ml.content.star import mark
from ml.content.stems import stem
from ml.core import registry
from ml.text import vectors
from ml.text.features import STOP_WORDS, analyse, is_word

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

#: From here on a point counts as touched; chosen on the tuning half of ml/training/content/labelled.py.
THRESHOLD = 0.4
#: How much the soft recall counts beside the cosine.
RECALL_SHARE = 0.6
#: Neighbours in the word vectors count from this cosine on, and never as much as the word itself.
NEAR = 0.35
#: What a word of the same concept counts (ml/content/concepts.py).
SAME_CONCEPT = 0.8
#: What a word of the same stem counts ("negotiation" and "negotiate"); stems also join some strangers ("custom" and
#: "customer"), so it is less than the word itself.
SAME_STEM = 0.8
#: A word with this share of all words weighs half as much as a very rare one.
RARE = 3e-4
#: Points begin with what somebody does ("Listens to …"): that word counts more than what it is done to.
FIRST_WORD = 3.0
TWO_SENTENCES, ONLY_A_TASK = 0.9, 0.85
#: Words of rubrics that no answer would use.
_FRAME = frozenset(
    """candidate answer applicant point describe mention name give show explain say example good clear clearly real
    personal able someone people person""".split()
)


@dataclass(frozen=True)
class Point:
    """A rubric point; ``quote`` = answer[start:end] touches it, or None where it was not found. ``similarity`` is 0..1
    and says how near the nearest words came."""

    point: str
    found: bool
    quote: str | None
    start: int | None
    end: int | None
    similarity: float

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return asdict(self)


def match(text: str, points: list[str]) -> list[Point]:
    """Look for each point in ``text``. Raises ModelMissing where the word vectors are not there."""
    stretches = _stretches(text)
    encoded = [_encode(stretch.text) for stretch in stretches]
    worth = np.array([_worth(stretch) for stretch in stretches])
    units = {lemma: unit for each in encoded for lemma, unit in zip(each.lemmas, each.vectors, strict=True)}
    column = {lemma: place for place, lemma in enumerate(units)}
    columns = [[column[lemma] for lemma in each.lemmas] for each in encoded]
    found = []
    for point in points:
        wanted = _encode(point, rubric=True)
        near = _nearness(wanted, units)
        scores = worth * [similarity(wanted, each, near[:, at]) for each, at in zip(encoded, columns, strict=True)]
        best = int(np.argmax(scores)) if len(scores) else -1
        score = round(float(scores[best]), 3) if len(scores) else 0.0
        if score >= THRESHOLD:
            where = stretches[best]
            found.append(Point(point, True, where.text, where.start, where.end, score))
        else:
            found.append(Point(point, False, None, None, None, score))
    return found


@dataclass(frozen=True)
class _Encoded:
    """Content lemmas, their weights (N,), unit vectors (N, 300; zero where not known) and weighted mean (300,)."""

    lemmas: tuple[str, ...]
    weights: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray


def similarity(point: _Encoded, words: _Encoded, near: np.ndarray) -> float:
    """How well ``words`` cover ``point``, 0..1; ``near`` is `_nearness` of their lemmas."""
    if not point.lemmas or not words.lemmas:
        return 0.0
    recall = float((near.max(axis=1) * point.weights).sum() / point.weights.sum())
    cosine = float(_cosines(point.mean, words.mean[None])[0])
    return RECALL_SHARE * recall + (1 - RECALL_SHARE) * max(0.0, cosine)


def _nearness(point: _Encoded, said: dict[str, np.ndarray]) -> np.ndarray:
    """How much each word of an answer (S unit vectors by lemma) counts for each of the point's A words, 0..1 (A, S)."""
    near = np.zeros((len(point.lemmas), len(said)))
    if not said:
        return near
    every = np.stack(list(said.values()))
    for row, asked, unit in zip(near, point.lemmas, point.vectors, strict=True):
        row[:] = np.clip((_cosines(unit, every) - NEAR) / (1 - NEAR), 0, None)
        row[:] = np.maximum(row, [_same(asked, lemma) for lemma in said])
    return near


def _same(asked: str, said: str) -> float:
    """What a word counts for being the one that is asked for, or of its stem or concept."""
    if asked == said:
        return 1.0
    return max(SAME_STEM * (stem(asked) == stem(said)), SAME_CONCEPT * _kin(asked, said))


def _cosines(asked: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Cosines of a vector (300,) with the rows of a matrix (S, 300); 0 where either is zero (no word is known)."""
    keyed, _, _ = _vocabulary()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(keyed.cosine_similarities(asked, said))


def _worth(stretch: Sentence) -> float:
    """Two sentences hold more words than one, and what had to be done is not yet done."""
    inside = sentences(stretch.text)
    if len(inside) > 1:
        return TWO_SENTENCES
    told = mark(stretch.text)
    return ONLY_A_TASK if told and told[0].part == "task" else 1.0


def _kin(asked: str, said: str) -> bool:
    if asks_for_number(asked):
        return is_number(said)
    known = concepts()
    return bool(known.get(asked, frozenset()) & known.get(said, frozenset()))


def _stretches(text: str) -> list[Sentence]:
    """Every sentence, then every two in a row, so that of equals the shorter is quoted."""
    single = sentences(text)
    pairs = pairwise(single)
    return single + [Sentence(text[a.start : b.end], a.start, b.end) for a, b in pairs]


def _encode(text: str, *, rubric: bool = False) -> _Encoded:
    keyed, weights, centre = _vocabulary()
    # A point's first word is rarely a name, whatever its capital says to the tagger.
    document = analyse(text[:1].lower() + text[1:] if rubric else text)
    lemmas = [
        lemma
        for token, lemma in zip(document.tokens, document.lemmas, strict=True)
        if is_number(lemma) or asks_for_number(lemma) or (is_word(token) and lemma not in STOP_WORDS and len(lemma) > 1)
    ]
    content = [lemma for lemma in lemmas if not (rubric and lemma in _FRAME)] or lemmas
    content = list(dict.fromkeys(content))
    known = np.array([lemma in keyed for lemma in content], bool)
    rows = np.array([keyed.get_index(lemma, 0) for lemma in content], np.int32)
    weight = np.where(known, weights[rows], np.float32(1))
    if rubric and content:
        weight[0] *= FIRST_WORD
    raw = keyed.vectors[rows] - centre
    raw[~known] = 0
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    units = raw / np.maximum(lengths, 1e-9)
    return _Encoded(tuple(content), weight, units, (units * weight[:, None]).sum(axis=0))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[KeyedVectors, np.ndarray, np.ndarray]:
    """The word vectors, how much each word weighs, and their common part.

    Words are in order of frequency, so Zipf's law gives a share p of about 0.1 / row; a word weighs RARE / (RARE + p).
    What all vectors share says nothing about a word and is taken away (Mu and Viswanath 2018).
    """
    keyed = vectors.keyed(registry.file_of("text", vectors.FILE))
    share = 0.1 / np.arange(1, len(keyed) + 1)
    return keyed, (RARE / (RARE + share)).astype(np.float32), keyed.vectors.mean(axis=0)
