"""Which words moved each trait: what the reading would have been without them (occlusion).

Every word that the linear base models give weight to is a candidate; the likeliest are taken out of the text
one at a time, all their occurrences, and the whole model (the network too) reads what is left. What a word moved is
the difference between the two probabilities. Nothing is estimated: taking the word out by hand gives the same
figure.

Source: M. Zeiler and R. Fergus (2014), Visualizing and understanding convolutional networks (occlusion).
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from ml.core import registry
from ml.core.readings import TRAITS
from ml.text import distilled, lexical, style
from ml.text.calibration import BASE_MODELS, Calibration, sigmoid
from ml.text.features import Document, is_word
from ml.text.scoring import score

#: Words tried for each trait, and windows of the network that all trials together may take.
EACH, WINDOWS = 5, 400
#: Words named for each trait, and the smallest change of the probability that is named.
NAMED, SMALLEST = 8, 0.002


def feature_attribution(document: Document, scores: np.ndarray, calibration: Calibration) -> dict[str, list[list]]:
    """Per trait ``[word, change, times]``, the largest change first.

    ``change`` is the probability (-1..1) with the word less that without any of its ``times`` occurrences. ``scores``
    (5, 5) are the document's own scores. {} where nothing could be taken out. Raises ModelMissing.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for position, token in enumerate(document.tokens):
        if is_word(token):
            places[token.lower()].append(position)
    if len(places) < 2:
        return {}
    count = len(document.words)
    chosen = _candidates(document, places, calibration)
    rest = [_without(document, places[word]) for word in chosen]
    before = sigmoid(calibration.logit(count, scores))
    after = np.array([sigmoid(calibration.logit(count, each.base)) for each in score(rest)])
    changes = before - after
    found = {}
    for number, trait in enumerate(TRAITS):
        order = np.argsort(-np.abs(changes[:, number]), kind="stable")[:NAMED]
        found[trait] = [
            [chosen[i], round(float(changes[i, number]), 4), len(places[chosen[i]])]
            for i in order
            if abs(changes[i, number]) >= SMALLEST
        ]
    return found


def _without(document: Document, positions: list[int]) -> Document:
    out = set(positions)
    return document.part([i for i in range(len(document.tokens)) if i not in out])


def _candidates(document: Document, places: dict[str, list[int]], calibration: Calibration) -> list[str]:
    """The words that the linear base models give the most weight, for each trait as many as there is time for."""
    words = lexical.load(registry.file_of("text", lexical.FILE))
    manner = style.load(registry.file_of("text", style.FILE))
    student = distilled.load(registry.file_of("text", distilled.FILE))
    scale = dict(zip(BASE_MODELS, np.array(calibration.scale), strict=True))
    weight = words.contributions(document.lemmas) / scale["lexical"]
    weight += _style(document, manner) / scale["style"]
    weight += student.contributions([token.lower() for token in document.tokens]) / scale["distilled"]
    by_word = {word: weight[found].sum(axis=0) for word, found in places.items()}
    names = list(by_word)
    table = np.abs(np.array([by_word[word] for word in names]))
    trials = max(len(TRAITS), min(EACH * len(TRAITS), WINDOWS // (1 + len(document.tokens) // 256)))
    chosen: dict[str, None] = {}
    order = np.argsort(-table, axis=0, kind="stable")
    for rank in range(len(names)):
        for trait in range(len(TRAITS)):
            if len(chosen) < trials:
                chosen[names[order[rank, trait]]] = None
    return list(chosen)


def _style(document: Document, manner: style.Style) -> np.ndarray:
    """About what each token (tokens, 5) does to the style's score, by the slope of the measures that count it."""
    total = max(1, len(document.tokens))
    slope = manner.weights / manner.deviation[:, None]
    measured = np.maximum(style.measures(document.tokens, document.tags), 1 / np.sqrt(total))
    slope = slope / (2 * measured[:, None] * total)  # of the square root of a share
    rows = {name: number for number, name in enumerate(style.MEASURES)}
    result = np.zeros((len(document.tokens), len(TRAITS)))
    for position, (token, tag) in enumerate(zip(document.tokens, document.tags, strict=True)):
        for name in (*style.categories_of(token), tag):
            if name in rows:
                result[position] += slope[rows[name]]
    return result
