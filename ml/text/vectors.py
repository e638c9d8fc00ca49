"""The 300-dimensional word vectors: Word2Vec (skip-gram) on film reviews and on the texts of the training sets.

No label is read here, so vectors trained once on all texts leave the cross-validation of the labels clean.

Source: T. Mikolov et al. (2013), Distributed representations of words and phrases and their compositionality, NeurIPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

DIMENSIONS = 300
#: Row 0 stands for every word outside the vocabulary; its vector is zero.
UNKNOWN = 0
FILE = "text_vectors.npz"


@dataclass(frozen=True)
class Vocabulary:
    """``words`` in row order (row 0 is unknown), ``rows`` their inverse, ``vectors`` float32 (len(words), 300)."""

    words: list[str]
    rows: dict[str, int]
    vectors: np.ndarray

    def encode(self, lemmas: list[str]) -> np.ndarray:
        """Rows of lemmas, int32 (tokens,); UNKNOWN where the vocabulary lacks one."""
        return np.array([self.rows.get(lemma, UNKNOWN) for lemma in lemmas], np.int32)


@lru_cache(maxsize=2)
def load(path: Path) -> Vocabulary:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        words = str(file["words"]).split("\n")
        return Vocabulary(
            words, {word: row for row, word in enumerate(words) if row}, file["vectors"].astype(np.float32)
        )


@lru_cache(maxsize=2)
def keyed(path: Path) -> KeyedVectors:
    """The same vectors as gensim's ``KeyedVectors``, over the same memory as ``load``'s: its row 0 is ``load``'s row 1.

    For processes that work long: importing gensim takes two seconds of a core, once.
    """
    from gensim.models import KeyedVectors  # see above

    vocabulary = load(path)
    found = KeyedVectors(DIMENSIONS, dtype=np.float32)
    found.index_to_key = vocabulary.words[UNKNOWN + 1 :]
    found.key_to_index = {word: row for row, word in enumerate(found.index_to_key)}
    found.vectors = vocabulary.vectors[UNKNOWN + 1 :]
    return found
