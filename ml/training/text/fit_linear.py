"""Fit the base models that are linear in what they count (n-grams, topics, style), and write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ml.text.lexical import Lexical, terms_of
from ml.text.style import CLIP as STYLE_CLIP
from ml.text.style import Style
from ml.text.terms import packed
from ml.text.topics import CLIP as TOPICS_CLIP
from ml.text.topics import Topics, kernel


def fit_lexical(texts: list[list[str]], labels: np.ndarray, *, fewest: int = 10, strength: float = 1.0) -> Lexical:
    """Fit on lemmas of N texts and labels (N, 5) of 0 and 1.

    ``fewest`` is in how many texts a term must stand, ``strength`` scikit-learn's C.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer=terms_of, min_df=fewest, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    heads = [LogisticRegression(C=strength, solver="liblinear").fit(matrix, column) for column in labels.T]
    return Lexical(
        terms={term: int(row) for term, row in vectorizer.vocabulary_.items()},
        idf=vectorizer.idf_,
        weights=np.concatenate([head.coef_ for head in heads]).T,
        bias=np.concatenate([head.intercept_ for head in heads]),
    )


def save_lexical(lexical: Lexical, path: Path) -> None:
    """Write in half precision, which moves no score by more than 0.01."""
    np.savez_compressed(
        path,
        terms=packed(lexical.terms),
        idf=lexical.idf.astype(np.float16),
        weights=lexical.weights.astype(np.float16),
        bias=lexical.bias.astype(np.float32),
    )


def fit_topics(
    texts: list[list[str]],
    labels: np.ndarray,
    *,
    size: int = 100,
    centres: int = 300,
    penalty: float = 6.0,
    seed: int = 0,
) -> Topics:
    """Fit on lemmas of N texts and labels (N, 5) of 0 and 1. ``penalty`` is the ridge's, for a kernel whose centred
    diagonal has mean 1. Some seconds on one core."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.utils.extmath import randomized_svd

    vectorizer = TfidfVectorizer(analyzer=list, min_df=5, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    size, centres = min(size, min(matrix.shape) - 1), min(centres, len(texts) // 2)
    _, _, directions = randomized_svd(matrix, size, n_iter=3, random_state=seed)
    # The first direction is how common a text's words are at all.
    directions = directions[1:].T if size > 1 else directions.T
    places = matrix @ directions
    mean, deviation = places.mean(axis=0), places.std(axis=0) + 1e-9
    places = np.clip((places - mean) / deviation, -TOPICS_CLIP, TOPICS_CLIP)
    means = MiniBatchKMeans(centres, random_state=seed, n_init=1, max_iter=30).fit(places).cluster_centers_
    # k-means draws its means towards the middle; back to where texts lie, or all would be near all
    means *= np.linalg.norm(places, axis=1).mean() / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9)
    width = float(np.median(((places[: 4 * centres, None][::8] - means[None, ::4]) ** 2).sum(axis=2)))
    near = kernel(places, means, width)
    middle = near.mean(axis=0)
    x, y = near - middle, labels - labels.mean(axis=0)
    inner = kernel(means, means, width) - middle - middle[:, None] + near.mean()
    scale = np.trace(inner) / len(means)
    weights = np.linalg.solve(x.T @ x + penalty * scale * (inner + 1e-3 * np.eye(len(means))), x.T @ y)
    return Topics(
        {term: int(row) for term, row in vectorizer.vocabulary_.items()},
        vectorizer.idf_, directions, mean, deviation, means, width,
        4 * weights, 4 * (labels.mean(axis=0) - 0.5 - middle @ weights),
    )  # fmt: skip


def save_topics(topics: Topics, path: Path) -> None:
    """Write in half precision but for the few numbers that add up."""
    half = {name: getattr(topics, name).astype(np.float16) for name in ("idf", "directions", "centres")}
    single = {
        name: np.asarray(getattr(topics, name), np.float32)
        for name in ("mean", "deviation", "width", "weights", "bias")
    }
    np.savez_compressed(path, allow_pickle=True, terms=packed(topics.terms), **half, **single)


def fit_style(measured: np.ndarray, labels: np.ndarray, *, penalty: float = 3000.0) -> Style:
    """Ridge regression of labels (N, 5) of 0 and 1 on measures (N, measures), in units of log-odds near one half."""
    mean, deviation = measured.mean(axis=0), measured.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)
    x = np.clip((measured - mean) / deviation, -STYLE_CLIP, STYLE_CLIP)
    centre = x.mean(axis=0)
    weights = np.linalg.solve(
        (x - centre).T @ (x - centre) + penalty * np.eye(x.shape[1]), (x - centre).T @ (labels - labels.mean(axis=0))
    )
    return Style(mean, deviation, 4 * weights, 4 * (labels.mean(axis=0) - 0.5 - centre @ weights))


def save_style(style: Style, path: Path) -> None:
    """Write in single precision."""
    fields = ("mean", "deviation", "weights", "bias")
    np.savez_compressed(path, **{name: getattr(style, name).astype(np.float32) for name in fields})
