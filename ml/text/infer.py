"""Reading a written answer, or the transcript of a spoken one: Big Five from words, each with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml import registry
from ml.errors import Unreadable
from ml.readings import TRAITS, Estimate, TextReading
from ml.text import lexical, vectors
from ml.text.calibration import Calibration, logit, sigmoid
from ml.text.features import MAX_WORDS, STOP_WORDS, Document, analyse, clean, is_word, statistics
from ml.text.windows import windows

#: Of an English text's words about half are words of grammar and 98 % are in the vocabulary; below these it is another
#: language, or no language.
FEWEST_STOP_WORDS = 0.2
FEWEST_KNOWN_WORDS = 0.6
#: A text that goes on repeating itself has fewer different words than this share of the fewest words that are needed.
FEWEST_DISTINCT = 0.2
#: Windows that go through the network at once: bounds the memory to about 20 MB.
BATCH = 32


@dataclass(frozen=True)
class Scores:
    """Log-odds (5,) of the two halves, and the standard error (5,) of the networks' mean."""

    network: np.ndarray
    lexical: np.ndarray
    disagreement: np.ndarray


def read(text: str) -> TextReading:
    """Read a text.

    Raises Unreadable (``no_text``, ``too_little_text``, ``not_english``) and ModelMissing. A trait's estimate is the
    calibrated probability of scoring in the upper half; its interval is described in ``ml.text.calibration``; its
    ``n`` is the number of words read."""
    card = registry.describe("text")
    document = analyse(text)
    known = _check(text, document, card["minimum_words"])
    scores = score(document)
    calibration = Calibration.from_json(card["calibration"])
    count = len(document.words)
    middle = calibration.logit(count, scores.network, scores.lexical)
    half = 1.96 * calibration.deviation(count, scores.disagreement)
    value, low, high = sigmoid(middle), sigmoid(middle - half), sigmoid(middle + half)
    warnings = []
    if document.truncated:
        warnings.append(f"Only the first {MAX_WORDS:,} words and marks of this text were read.")
    return TextReading(
        model=registry.version_of("text"),
        coverage=known,
        warnings=warnings,
        traits={
            trait: Estimate(float(value[i]), float(low[i]), float(high[i]), document.written)
            for i, trait in enumerate(TRAITS)
        },
        statistics=statistics(document),
    )


def score(document: Document) -> Scores:
    """What both halves of the model say about a text, not calibrated. A text without a token scores zero.

    Raises ModelMissing.
    """
    session = registry.session("text")
    vocabulary = vectors.load(registry.file_of("text", vectors.FILE))
    words = lexical.load(registry.file_of("text", lexical.FILE))
    if not document.tokens:
        zero = np.zeros(len(TRAITS))
        return Scores(zero, zero, zero)
    rows = windows(vocabulary.encode(document.lemmas))
    name = session.get_inputs()[0].name
    outputs = [
        session.run(None, {name: vocabulary.vectors[rows[start : start + BATCH]]})[0]
        for start in range(0, len(rows), BATCH)
    ]
    networks = logit(np.concatenate(outputs).astype(np.float64)).mean(axis=0)  # (networks, 5)
    count = len(networks)
    disagreement = networks.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros(len(TRAITS))
    return Scores(networks.mean(axis=0), words.score(document.lemmas), disagreement)


def known_words(document: Document) -> float:
    """The share (0..1) of a text's words that the vocabulary knows."""
    rows = vectors.load(registry.file_of("text", vectors.FILE)).rows
    found = [lemma in rows for token, lemma in zip(document.tokens, document.lemmas, strict=True) if is_word(token)]
    return float(np.mean(found)) if found else 0.0


def _check(text: str, document: Document, fewest: int) -> float:
    """Refuse what cannot be read; the share of known words otherwise."""
    words = document.words
    if not words:
        raise Unreadable("no_text", "There is no text in this answer. Write the answer in English sentences.")
    letters = [character for character in clean(text)[:20_000] if character.isalpha()]
    if sum(character < "\u0250" for character in letters) < len(letters) / 2:
        raise Unreadable("not_english", _NOT_ENGLISH)
    if document.written < fewest:
        number = f"{document.written} word{'' if document.written == 1 else 's'}"
        raise Unreadable(
            "too_little_text",
            f"This answer has {number}; at least {fewest} are needed to say anything about its writer. Write more, or "
            "leave this part of the report out.",
        )
    distinct = len(set(words))
    if distinct < fewest * FEWEST_DISTINCT:
        raise Unreadable(
            "too_little_text",
            f"This answer repeats {distinct} different word{'' if distinct == 1 else 's'}; at least "
            f"{round(fewest * FEWEST_DISTINCT)} are needed. Write the answer in full sentences.",
        )
    known = known_words(document)
    grammar = sum(word in STOP_WORDS for word in words) / len(words)
    if grammar < FEWEST_STOP_WORDS or known < FEWEST_KNOWN_WORDS:
        raise Unreadable("not_english", _NOT_ENGLISH)
    return known


_NOT_ENGLISH = (
    "This answer does not look like English prose, and the text model reads nothing else. Write it in English "
    "sentences, or leave this part of the report out."
)
