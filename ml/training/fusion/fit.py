"""Fit the clip model: heads in closed form, the weights between them by likelihood on people the heads never met."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from ml.core.readings import SPEECH_EMOTIONS
from ml.training.fusion.model import MOST, Head, Member, alone, personal, pooled, root
from ml.training.fusion.pairs import Pairs

#: How far each side's covariance is drawn towards a multiple of the identity.
SHRINKAGE = {"face": 0.2, "voice": 0.5}
CLASSES = len(SPEECH_EMOTIONS)


def head(rows: np.ndarray, people: np.ndarray, truth: np.ndarray, shrinkage: float) -> Head:
    """Linear discriminants of rows (N, F) of people (N,) with classes (N,); rows of NaN are left out."""
    there = ~np.isnan(rows).any(axis=1)
    rows, people, truth = rows[there].astype(float), people[there], truth[there]
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    own = personal(rows, people, mean, spread)
    scale = own.std(axis=0) + 1e-6
    x = np.clip(own / scale, -MOST, MOST)
    middles = np.stack([x[truth == k].mean(axis=0) for k in range(CLASSES)])
    rest = x - middles[truth]
    covariance = rest.T @ rest / len(rest)
    size = len(covariance)
    covariance = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / size * np.eye(size)
    weights = np.linalg.solve(covariance, middles.T)
    prior = np.bincount(truth, minlength=CLASSES) / len(truth)
    biases = -0.5 * np.einsum("kf,fk->k", middles, weights) + np.log(prior)
    return Head(mean, spread, scale, weights, biases)


def heads(pairs: Pairs) -> tuple[Head, Head]:
    """The face's and the voice's head from training clips."""
    return (
        head(root(pairs.units), pairs.people, pairs.truth, SHRINKAGE["face"]),
        head(pairs.voice, pairs.people, pairs.truth, SHRINKAGE["voice"]),
    )


def out_of_fold(clean: Pairs, noisy: Pairs, fold: np.ndarray) -> dict[str, np.ndarray]:
    """Log-probabilities (N, 8) by heads that never met a clip's person: ``seen``, ``heard``, ``heard_in_noise``."""
    found = {name: np.zeros((len(fold), CLASSES)) for name in ("seen", "heard", "heard_in_noise")}
    for k in np.unique(fold):
        face, voice = heads(clean.only(fold != k))
        out = fold == k
        found["seen"][out] = face.log_probabilities(root(clean.units[out]), clean.people[out])
        found["heard"][out] = voice.log_probabilities(clean.voice[out], clean.people[out])
        found["heard_in_noise"][out] = voice.log_probabilities(noisy.voice[out], noisy.people[out])
    return found


def weights(found: dict[str, np.ndarray], clean: Pairs, noisy: Pairs) -> dict[str, np.ndarray]:
    """How the heads meet, by maximum likelihood with a small penalty.

    Returns ``both`` (12,), ``face_alone`` and ``voice_alone`` (9,). ``both`` learns from each clip twice, in quiet and
    in noise.
    """
    truth = clean.truth
    seen = np.vstack([found["seen"]] * 2)
    heard = np.vstack([found["heard"], found["heard_in_noise"]])
    snr, twice = np.concatenate([clean.snr, noisy.snr]), np.concatenate([truth, truth])
    ok = ~np.isnan(seen[:, 0]) & ~np.isnan(heard[:, 0])
    return {
        "both": _fit(lambda p: pooled(p, seen[ok], heard[ok], snr[ok]), twice[ok], [0.6, 0.4, 8.0, 5.0]),
        "face_alone": _fit(lambda p: alone(p, found["seen"]), truth, [0.6]),
        "voice_alone": _fit(lambda p: alone(p, found["heard"]), truth, [0.4]),
    }


def _fit(model, truth: np.ndarray, start: list[float]) -> np.ndarray:
    first = np.array([*start, *np.zeros(CLASSES)])
    rows = np.arange(len(truth))

    def loss(p: np.ndarray) -> float:
        return -float(np.nanmean(model(p)[rows, truth])) + 0.01 * float((p[len(start) :] ** 2).sum())

    return minimize(loss, first, method="L-BFGS-B", options={"maxiter": 60}).x


def member(clean: Pairs, noisy: Pairs, fold: np.ndarray) -> Member:
    """Heads from all of these clips, weights from what heads without a clip's fold (N,) said of it."""
    face, voice = heads(clean)
    return Member(face, voice, **weights(out_of_fold(clean, noisy, fold), clean, noisy))
