"""Reading a written answer, or the transcript of a spoken one: Big Five from words, each with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.errors import Unreadable
from ml.core.messages import N_
from ml.core.readings import TRAITS, Estimate, TextReading
from ml.text import vectors
from ml.text.calibration import Calibration, sigmoid
from ml.text.english_part import EnglishPart, english_part
from ml.text.explain import feature_attribution
from ml.text.features import MAX_WORDS, Document, analyse, clean, is_word, statistics
from ml.text.language import other_than_english
from ml.text.scoring import Scores, score

#: Of an English text's words 98 % are in the vocabulary; below this share they are no words.
FEWEST_KNOWN_WORDS = 0.6
#: A text that goes on repeating itself has fewer different words than this share of the fewest words that are needed.
FEWEST_DISTINCT = 0.2


def read(text: str, *, explain: bool = True) -> TextReading:
    """Read a text.

    Raises Unreadable (``no_text``, ``too_little_text``, ``not_english``) and ModelMissing. A trait's estimate is the
    calibrated probability of scoring in the upper half; its interval is described in ``ml.text.calibration``; its
    ``n`` is the number of words read. With ``explain`` the reading names the words that moved each trait."""
    (found,) = read_many([text], explain=explain)
    if isinstance(found, Unreadable):
        raise found
    return found


def read_many(texts: Sequence[str], *, explain: bool = False) -> list[TextReading | Unreadable]:
    """Read texts together, which is faster than one by one: per text its reading, or why there is none.

    Raises ModelMissing.
    """
    card = registry.describe("text")
    calibration = Calibration.from_json(card["calibration"])
    parts = [_readable_part(text, card["minimum_words"]) for text in texts]
    texts = [part.text for part in parts]
    documents = [analyse(text) for text in texts]
    known = [_checked(*pair, card["minimum_words"]) for pair in zip(texts, documents, strict=True)]
    usable = [number for number, share in enumerate(known) if not isinstance(share, Unreadable)]
    scores = dict(zip(usable, score([documents[number] for number in usable]), strict=True))
    return [
        share
        if isinstance(share, Unreadable)
        else _reading(document, share, scores[number], card, calibration, explain, parts[number])
        for number, (document, share) in enumerate(zip(documents, known, strict=True))
    ]


def _readable_part(text: str, fewest: int) -> EnglishPart:
    """The English sentences of a text; the whole where they alone are too few to be read, so that what is said of it
    is about the whole."""
    part = english_part(text)
    enough = part.left_out and len(part.text.split()) >= fewest
    return part if enough else EnglishPart(text, part.sentences, 0, None)


def _reading(
    document: Document,
    known: float,
    scores: Scores,
    card: dict[str, Any],
    calibration: Calibration,
    explain: bool,
    part: EnglishPart,
) -> TextReading:
    count = len(document.words)
    middle = calibration.logit(count, scores.base)
    half = 1.96 * calibration.deviation(count, scores.disagreement)
    value, low, high = sigmoid(middle), sigmoid(middle - half), sigmoid(middle + half)
    warnings = []
    if part.left_out:
        seems = "" if part.language == "another script" else f" (it seems to be {part.language})"
        warnings.append(
            f"{part.left_out} of {part.sentences} sentences are in another language{seems} and were not read: the text "
            "model knows English alone."
        )
    if document.truncated:
        warnings.append(
            N_("Only the first %(max_words)s words and marks of this text were read.") % {"max_words": f"{MAX_WORDS:,}"}
        )
    return TextReading(
        model=registry.version_of("text"),
        coverage=known,
        warnings=warnings,
        traits={
            trait: Estimate(float(value[i]), float(low[i]), float(high[i]), document.written)
            for i, trait in enumerate(TRAITS)
        },
        statistics=statistics(document),
        moved=feature_attribution(document, scores.base, calibration) if explain else {},
        accuracy=accuracy_at(count, card["figures"]["by_words"]),
    )


def accuracy_at(words: int, by_words: dict[str, dict[str, float]]) -> dict[str, float]:
    """How often the model was right about essays cut to about as many words: {value, margin, majority} (0..1).

    Interpolated in the logarithm of the number of words between the lengths that were measured; past the longest of
    them what holds for whole essays."""
    lengths = sorted(int(length) for length in by_words if length != "all")
    if not lengths or words >= lengths[-1]:
        row = by_words["all"] if not lengths or words >= 1.5 * lengths[-1] else by_words[str(lengths[-1])]
        return {"value": row["accuracy"], "margin": row["margin"], "majority": row["majority"]}
    rows = [by_words[str(length)] for length in lengths]
    at = {
        name: float(np.interp(np.log(max(words, 1)), np.log(lengths), [row[key] for row in rows]))
        for name, key in (("value", "accuracy"), ("margin", "margin"), ("majority", "majority"))
    }
    return {name: round(value, 4) for name, value in at.items()}


def known_words(document: Document) -> float:
    """The share (0..1) of a text's words that the vocabulary knows."""
    rows = vectors.load(registry.file_of("text", vectors.FILE)).rows
    found = [lemma in rows for token, lemma in zip(document.tokens, document.lemmas, strict=True) if is_word(token)]
    return float(np.mean(found)) if found else 0.0


def _checked(text: str, document: Document, fewest: int) -> float | Unreadable:
    """The share of known words, or why the text cannot be read."""
    words = document.words
    if not words:
        return Unreadable("no_text", N_("There is no text in this answer. Write the answer in English sentences."))
    language = other_than_english(clean(text[:50_000]), words)
    if language == "another script":
        return _not_english(language)
    if document.written < fewest:
        one = N_(
            "This answer has 1 word; at least %(fewest)s are needed to say anything about its writer. A "
            "longer answer can be read."
        )
        more = N_(
            "This answer has %(words)s words; at least %(fewest)s are needed to say anything about its "
            "writer. A longer answer can be read."
        )
        said = one if document.written == 1 else more
        return Unreadable("too_little_text", said % {"words": document.written, "fewest": fewest})
    distinct = len(set(words))
    if distinct < fewest * FEWEST_DISTINCT:
        one = N_(
            "This answer repeats 1 different word; at least %(fewest)s are needed. Write the answer in full sentences."
        )
        more = N_(
            "This answer repeats %(words)s different words; at least %(fewest)s are needed. Write the "
            "answer in full sentences."
        )
        said = one if distinct == 1 else more
        return Unreadable("too_little_text", said % {"words": distinct, "fewest": round(fewest * FEWEST_DISTINCT)})
    known = known_words(document)
    if language is not None or known < FEWEST_KNOWN_WORDS:
        return _not_english(language or "another language")
    return known


def _not_english(language: str) -> Unreadable:
    if language in ("another language", "another script"):
        said = N_(
            "This answer does not look like English prose, and the text model reads nothing else. An "
            "answer in English sentences can be read."
        )
    else:
        said = N_(
            "This answer does not look like English prose (it seems to be %(language)s), and the text "
            "model reads nothing else. An answer in English sentences can be read."
        )
    return Unreadable("not_english", said % {"language": language})
