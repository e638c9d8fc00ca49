"""Calibration and figures from the held-out scores of a cross-validation's folds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ml.core.readings import TRAITS
from ml.text.calibration import BASE_MODELS, Calibration, combine, sigmoid
from ml.training.text.evaluate import measure

#: Numbers of words at which the held-out essays are scored as well as whole.
LENGTHS = (25, 50, 100, 200, 400)
#: The fewest words are where the lower end of the accuracy's interval lies this far above the majority's accuracy.
CLEARLY = 0.02


def merge_folds(run: Path, folds: np.ndarray, seeds: int) -> dict[str, np.ndarray]:
    """The folds as one: per cut (N, models, 5), each base model's scores; NaN where too short."""
    merged: dict[str, np.ndarray] = {}
    for fold in range(folds.max() + 1):
        for row, base in enumerate(BASE_MODELS):
            names = [f"network{seed}" for seed in range(seeds)] if base == "network" else [base]
            for name in names:
                with np.load(run / f"fold{fold}-{name}.npz") as file:
                    for cut in set(file.files) - {"held"}:
                        scores = merged.setdefault(cut, np.zeros((len(folds), len(BASE_MODELS), len(TRAITS))))
                        scores[file["held"], row] += file[cut] / len(names)
    return merged


def cuts_of(held: dict[str, np.ndarray], fewest: int = 20) -> dict[str, np.ndarray]:
    """The cuts that at least ``fewest`` essays are long enough for, with the essays' indices; the whole comes last."""
    usable = {cut: np.flatnonzero(~np.isnan(held[cut]).any(axis=(1, 2))) for cut in [*map(str, LENGTHS), "all"]}
    return {cut: found for cut, found in usable.items() if len(found) >= fewest or cut == "all"}


def platt(scores: np.ndarray, truth: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Logistic regression of ``truth`` (N,) on ``scores`` (N, K), factors >= 0 -> (K + 1,), bias last."""
    from scipy.optimize import minimize

    n, k = scores.shape
    scale = scores.std(axis=0) + 1e-9
    x = np.column_stack([scores / scale, np.ones(n)])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        value = np.sum(np.logaddexp(0, z) - truth * z) + penalty / 2 * np.sum(w[:k] ** 2)
        gradient = x.T @ (sigmoid(z) - truth)
        gradient[:k] += penalty * w[:k]
        return value, gradient

    found = minimize(loss, np.zeros(k + 1), jac=True, method="L-BFGS-B", bounds=[(0, None)] * k + [(None, None)])
    return np.append(found.x[:k] / scale, found.x[k])


def calibrate(
    held: dict[str, np.ndarray], labels: np.ndarray, words: np.ndarray, chosen: np.ndarray, *, errors: bool = False
) -> Calibration:
    """Fit the scaling on the ``chosen`` essays' held-out scores; with ``errors`` also what the intervals need."""
    cuts = cuts_of(held)
    # The whole counts as its mean length, or a little more than the longest cut where the essays are short.
    grid = [int(cut) for cut in cuts if cut != "all"]
    grid.append(max(int(words.mean()), *(length + 1 for length in [0, *grid])))
    scale = held["all"][chosen].std(axis=0) + 1e-9
    means = {cut: combine(scores, scale) for cut, scores in held.items()}
    shape = (len(cuts), len(TRAITS))
    platts, spread, error = np.zeros((*shape, 2)), np.zeros(shape), np.zeros(shape)
    for g, (cut, found) in enumerate(cuts.items()):
        usable = found[chosen[found]]
        for trait in range(len(TRAITS)):
            x, y = means[cut][usable, trait], labels[usable, trait]
            platts[g, trait] = platt(x[:, None], y)
            if errors:
                error[g, trait] = _standard_error(x[:, None], y)
    if errors:
        spread = _spreads(means, platts, list(cuts), grid, chosen)
    tables = [scale, platts[..., 0], platts[..., 1], spread, error]
    return Calibration(grid, *(table.round(5).tolist() for table in tables))


def _spreads(
    means: dict[str, np.ndarray], platts: np.ndarray, cuts: list[str], grid: list[int], chosen: np.ndarray
) -> np.ndarray:
    """Standard deviations (cuts, 5) of the log-odds around those of another whole essay by the same author."""
    logits = {cut: means[cut] * platts[g, :, 0] + platts[g, :, 1] for g, cut in enumerate(cuts)}
    apart = np.full(len(TRAITS), 0.0)
    for g, cut in list(enumerate(cuts))[-2::-1]:  # the longest stretches of which enough essays hold two
        moved = ((means[cut] - means[f"next{cut}"]) * platts[g, :, 0])[chosen]
        moved = moved[~np.isnan(moved[:, 0])]
        if len(moved) >= 20:  # as one over the root of the number of words, up to the whole
            apart = moved.std(axis=0) / np.sqrt(2) * np.sqrt(grid[g] / grid[-1])
            break
    found = [np.nanvar((logits["all"] - logits[cut])[chosen], axis=0) for cut in cuts]
    return np.sqrt(np.nan_to_num(found) + apart**2)


def _standard_error(x: np.ndarray, y: np.ndarray, draws: int = 40) -> float:
    """How far the calibrated log-odds move between bootstrap samples of the essays, on average over the essays."""
    rng = np.random.default_rng(0)
    padded = np.column_stack([x, np.ones(len(x))])
    samples = [rng.integers(0, len(x), len(x)) for _ in range(draws)]
    return float(np.std([padded @ platt(x[drawn], y[drawn]) for drawn in samples], axis=0).mean())


def cross_fitted(
    held: dict[str, np.ndarray], labels: np.ndarray, words: np.ndarray, folds: np.ndarray
) -> dict[str, Any]:
    """Figures in which no essay is scored by base models or a calibration that saw its label."""
    cuts = cuts_of(held)
    probabilities = {cut: np.full(labels.shape, np.nan) for cut in cuts}
    alone = {name: np.zeros(labels.shape) for name in BASE_MODELS}
    whole = held["all"]
    for fold in range(folds.max() + 1):
        inside = folds != fold
        fitted = calibrate(held, labels, words, inside)
        for cut in cuts:
            for i in cuts[cut][~inside[cuts[cut]]]:
                count = words[i] if cut == "all" else int(cut)
                probabilities[cut][i] = sigmoid(fitted.logit(count, held[cut][i]))
        for row, name in enumerate(BASE_MODELS):
            for trait in range(len(TRAITS)):
                scale = platt(whole[inside, row, trait, None], labels[inside, trait])
                alone[name][~inside, trait] = sigmoid(whole[~inside, row, trait] * scale[0] + scale[1])
    by_words: dict[str, Any] = {}
    minimum: int | None = None
    for cut in cuts:
        known = ~np.isnan(probabilities[cut][:, 0])
        figures = _at_length(probabilities[cut][known], labels[known])
        by_words[cut] = figures
        if minimum is None and cut != "all" and figures["accuracy"] - figures["margin"] > figures["majority"] + CLEARLY:
            minimum = int(cut)
    result = measure(probabilities["all"], labels)
    return {
        "protocol": f"{folds.max() + 1}-fold cross-validation by author; calibration cross-fitted",
        **result,
        "margin": by_words["all"]["margin"],
        "majority_accuracy": by_words["all"]["majority"],
        "network_alone": _round(alone["network"], labels),
        "tfidf_logistic_regression_alone": _round(alone["lexical"], labels),
        "topics_alone": _round(alone["topics"], labels),
        "style_alone": _round(alone["style"], labels),
        "distilled_alone": _round(alone["distilled"], labels),
        "auc": round(float(np.mean([_auc(probabilities["all"][:, t], labels[:, t]) for t in range(len(TRAITS))])), 4),
        "minimum_words": minimum or LENGTHS[-1],
        "by_words": by_words,
    }


def _at_length(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Accuracy (95 % margin over essays), the majority's, and the mean confidence of one length."""
    right = ((probabilities > 0.5) == labels).mean(axis=1)
    share = labels.mean(axis=0)
    return {
        "n": len(right),
        "accuracy": round(float(right.mean()), 4),
        "margin": round(float(1.96 * right.std() / np.sqrt(len(right))), 4),
        "majority": round(float(np.maximum(share, 1 - share).mean()), 4),
        "mean_confidence": round(float(np.abs(probabilities - 0.5).mean() + 0.5), 4),
    }


def _auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """How often one who scored high is rated above one who did not."""
    from scipy.stats import rankdata

    yes = truth == 1
    pairs = yes.sum() * (~yes).sum()
    return (rankdata(scores)[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / pairs if pairs else float("nan")


def _round(p: np.ndarray, labels: np.ndarray) -> float:
    return round(float(((p > 0.5) == labels).mean()), 4)
