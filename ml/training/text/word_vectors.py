"""Train the 300-dimensional word vectors that ``ml.text.vectors`` serves: Word2Vec (skip-gram), without any label."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ml.text.features import analyse
from ml.text.vectors import DIMENSIONS, Vocabulary


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


def train(data: Path, *, words: int = 14_000, epochs: int = 5, threads: int = 2, seed: int = 1) -> Vocabulary:
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
