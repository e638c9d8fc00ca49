"""What the five base models of the text model say about documents, one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.core import registry, runtime
from ml.core.readings import TRAITS
from ml.text import distilled, lexical, style, topics, vectors
from ml.text.calibration import BASE_MODELS, logit
from ml.text.features import Document
from ml.text.windows import windows

#: Windows that go through the network at once: bounds the memory to about 20 MB.
BATCH = 32


@dataclass(frozen=True)
class Scores:
    """``base`` (5, 5): scores in the order of ``BASE_MODELS``; ``disagreement`` (5,): the networks' standard error."""

    base: np.ndarray
    disagreement: np.ndarray


def score(documents: Sequence[Document]) -> list[Scores]:
    """What the model says about each document, not calibrated. A document without a token scores zero.

    Raises ModelMissing.
    """
    words = lexical.load(registry.file_of("text", lexical.FILE))
    about = topics.load(registry.file_of("text", topics.FILE))
    manner = style.load(registry.file_of("text", style.FILE))
    student = distilled.load(registry.file_of("text", distilled.FILE))
    networks = _networks(documents)
    found = []
    for document, each in zip(documents, networks, strict=True):
        if not document.tokens:
            found.append(Scores(np.zeros((len(BASE_MODELS), len(TRAITS))), np.zeros(len(TRAITS))))
            continue
        scores = [
            each.mean(axis=0),
            words.score(document.lemmas),
            about.score(document.lemmas),
            manner.score(style.measures(document.tokens, document.tags)),
            student.score([token.lower() for token in document.tokens]),
        ]
        spread = each.std(axis=0, ddof=1) / np.sqrt(len(each)) if len(each) > 1 else np.zeros(len(TRAITS))
        found.append(Scores(np.array(scores), spread))
    return found


def _networks(documents: Sequence[Document]) -> list[np.ndarray]:
    """Per document the networks' log-odds (networks, 5), averaged over its windows."""
    network = runtime.network("text")
    vocabulary = vectors.load(registry.file_of("text", vectors.FILE))
    parts = [windows(vocabulary.encode(d.lemmas)) for d in documents if d.tokens]
    if not parts:
        return [np.zeros((1, len(TRAITS)))] * len(documents)
    rows = np.concatenate(parts)
    outputs = np.concatenate(
        [network.run(vocabulary.vectors[rows[start : start + BATCH]]) for start in range(0, len(rows), BATCH)]
    ).astype(np.float64)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    means = iter([logit(part).mean(axis=0) for part in np.split(outputs, ends)])
    return [next(means) if document.tokens else np.zeros(outputs.shape[1:]) for document in documents]
