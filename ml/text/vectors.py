"""The 300-dimensional word vectors: Word2Vec (skip-gram) on film reviews and on the texts of the training sets.

No label is read here, so vectors trained once on all texts leave the cross-validation of the labels clean.

Source: T. Mikolov et al. (2013), Distributed representations of words and phrases and their compositionality, NeurIPS.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.text.features import analyse

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


def texts_of(data: Path) -> Iterator[str]:
    """Every text under ``data`` (laid out as in data/README.md), without labels."""
    csv.field_size_limit(1 << 30)
    folder = data / "text" if (data / "text").is_dir() else data
    with gzip.open(folder / "reviews_corpus.txt.gz", "rt", encoding="utf-8") as stream:
        yield from stream
    columns = {"essays": "TEXT", "first_impressions": "transcript", "mit_interviews": "transcript"}
    for name, column in columns.items():
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                # "Interviewer:" and "Interviewee:" are the transcriber's words
                yield row[column].replace("Interviewer:", " ").replace("Interviewee:", " ").replace("|", " ")


def train_vectors(data: Path, *, words: int = 14_000, epochs: int = 5, threads: int = 2, seed: int = 1) -> Vocabulary:
    """Train on all texts and keep the ``words`` most frequent lemmas. Some minutes on two cores."""
    from gensim.models import Word2Vec  # only training needs it

    sentences = [analyse(text).lemmas for text in texts_of(data)]
    counts = Counter(lemma for sentence in sentences for lemma in sentence)
    model = Word2Vec(
        sentences, vector_size=DIMENSIONS, window=6, min_count=5, sg=1, negative=8, sample=1e-3, epochs=epochs,
        workers=threads, seed=seed, max_final_vocab=40_000,
    )  # fmt: skip
    kept = [word for word, _ in counts.most_common() if word in model.wv][:words]
    vectors = np.stack([np.zeros(DIMENSIONS, np.float32), *(model.wv[word] for word in kept)])
    # One scale for all: the network sees components of about unit variance.
    vectors /= vectors[1:].std()
    names = ["<unknown>", *kept]
    return Vocabulary(names, {word: row for row, word in enumerate(names) if row}, vectors)


def save(vocabulary: Vocabulary, path: Path) -> None:
    """Write words and vectors in half precision (600 bytes a word)."""
    np.savez_compressed(
        path, words=np.array("\n".join(vocabulary.words)), vectors=vocabulary.vectors.astype(np.float16)
    )


@lru_cache(maxsize=2)
def load(path: Path) -> Vocabulary:
    """Read what ``save`` wrote."""
    with np.load(path) as file:
        words = str(file["words"]).split("\n")
        return Vocabulary(
            words, {word: row for row, word in enumerate(words) if row}, file["vectors"].astype(np.float32)
        )
