"""Train the rating models of interviews. A minute on one core.

Folds keep a student's two interviews together (and a video's clips). Nothing is tuned here: features and penalties
are constants, which were chosen with the 55 students in view; ``ml/interview/MODEL_CARD.md`` says what that is worth.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.interview import features, invite, model
from ml.interview.model import RATINGS
from ml.training.interview import rated
from ml.training.interview.data import Interviews, fingerprint, read_clips, read_interviews
from ml.training.interview.fit import fit_invite, fit_linear, save_invite, save_linear
from ml.training.interview.scores import correlation, merit

FOLDS, REPEATS = 11, 10
#: Which ridge regressions each model is the mean of: (features, penalty).
RECIPES: dict[str, tuple[tuple[str, ...], list[tuple[tuple[str, ...], float]]]] = {
    "full": (rated.FULL, [(rated.MAIN, 0.3), (rated.FULL, 3.0)]),
    "full_without_selection": (rated.FULL, [(rated.FULL, 3.0)]),
    "product": (features.PRODUCT, [(features.PRODUCT, 0.3)]),
}
EXPORTED = ("full", "product")


def folds(groups: np.ndarray, count: int, seed: int) -> Iterator[np.ndarray]:
    """``count`` times which rows (N,) are held out; all rows of a group are in one fold."""
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    for fold in range(count):
        yield np.isin(groups, order[fold::count])


def rows_of(name: str, interviews: Interviews) -> np.ndarray:
    """The feature rows of the recipe ``name``."""
    return rated.product_rows(interviews) if name == "product" else rated.full_rows(interviews)


def out_of_fold(fit: Callable[[np.ndarray], Any], rows: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Predictions (N, K) for every row by a model that saw nobody of its group; ``fit`` takes the training mask."""
    parts, places = [], []
    for held in folds(groups, FOLDS, seed):
        parts.append(fit(~held).predict(rows[held]))
        places.append(np.flatnonzero(held))
    return np.concatenate(parts)[np.argsort(np.concatenate(places))]


def cross_validate(name: str, interviews: Interviews) -> tuple[dict[str, Any], np.ndarray]:
    """Figures over repeated grouped folds, and the standard deviation (2,) of the out-of-fold errors.

    ``r`` is the mean over the repeats of each repeat's r; the interval is over students, of the repeats' mean
    prediction.
    """
    names, recipe = RECIPES[name]
    rows, truth = rows_of(name, interviews), interviews.ratings
    runs = [
        out_of_fold(lambda kept: fit_linear(names, rows[kept], truth[kept], recipe), rows, interviews.students, seed)
        for seed in range(REPEATS)
    ]
    mean = np.mean(runs, axis=0)
    figures = {}
    for i, rating in enumerate(RATINGS):
        each = [correlation(run[:, i], truth[:, i]) for run in runs]
        figures[rating] = {
            **merit(mean[:, i], truth[:, i], interviews.students),
            "r": round(float(np.mean(each)), 4),
            "mae": round(float(np.mean([np.abs(run[:, i] - truth[:, i]).mean() for run in runs])), 4),
        }
    return figures, np.sqrt(np.mean([((run - truth) ** 2).mean(axis=0) for run in runs], axis=0))


def train_invite(data: Path) -> tuple[invite.Invite, dict[str, Any]]:
    """The model on all clips, and its cross-validated figures by source video."""
    clips = read_clips(data)
    rows = np.array([invite.features(text) for text in clips.texts])
    predicted = np.zeros(len(rows))
    for held in folds(clips.videos, 5, 0):
        fitted = fit_invite(rows[~held], clips.invite[~held])
        predicted[held] = fitted.predict([text for text, out in zip(clips.texts, held, strict=True) if out])
    fitted = fit_invite(rows, clips.invite)
    fitted = replace(fitted, seen=np.unique([invite.fingerprint(text) for text in clips.texts]))
    figures = merit(predicted, clips.invite, clips.videos, 300)
    return fitted, figures | {"residual": round(float(np.std(predicted - clips.invite)), 4)}


def train(data: Path) -> dict[str, Any]:
    """Fit, cross-validate and write ``ml/weights/interview*``; returns the figures."""
    interviews = read_interviews(data)
    figures: dict[str, Any] = {}
    fitted: dict[str, model.Linear] = {}
    for name, (names, recipe) in RECIPES.items():
        figures[name], spread = cross_validate(name, interviews)
        if name in EXPORTED:
            whole = fit_linear(names, rows_of(name, interviews), interviews.ratings, recipe)
            fitted[name] = model.Linear(*(whole.names, whole.mean, whole.scale, whole.weights, whole.bias, spread))
    words_alone, figures["invite"] = train_invite(data)
    folder = registry.weights_folder()
    version = registry.next_version("interview")
    save_linear(fitted, folder / model.FILE)
    save_invite(words_alone, folder / invite.FILE)
    card = {
        "name": "interview",
        "version": version,
        "files": {name: registry.sha256(folder / name) for name in (model.FILE, invite.FILE)},
        "ratings": list(RATINGS),
        "figures": figures,
        "trained_on": sorted(fingerprint(turns) for turns in interviews.turns),
        "data": "MIT Interview (Naim et al. 2015): 110 interviews of 55 students; "
        "ChaLearn First Impressions: 5,992 clips",
        "licence": "MIT Interview: research use. First Impressions: CC BY-NC 4.0",
    }
    (folder / "interview.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that data/README.md describes")
    print(json.dumps(train(parser.parse_args().data), indent=1))
