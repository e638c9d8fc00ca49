"""Measure what the voice says of a corpus that it never heard, and of unheard speakers.

Each corpus in turn is left out: discriminants, directions, limits, temperatures and threshold come from the others
alone (their own folds), and the corpus is read with them. Unheard speakers at home are read under SEEDS other foldings.
The network on the spectrogram, a small part of the sum, has heard both corpora and is not asked here. The features are
those that ``./viva train speech`` left in ``--run-dir``. With ``--ship`` the limits and the threshold that ship become
the means over the foldings, and the figures go into ``speech.json``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.statistics import confusion, expected_calibration_error, recalls, selective_figures
from ml.speech.classifier import FEATURE_WEIGHTS, calibrated
from ml.training import runs
from ml.training.speech import discriminant
from ml.training.speech.calibration import limits, temperatures, threshold
from ml.training.speech.discriminant import Table

FOLDS, SEEDS = 5, 3


def figures(table: Table, people: np.ndarray, corpora: np.ndarray, truth: np.ndarray, names) -> dict:
    """``corpora_left_out`` (by name; the corpora's ``names``) and ``home`` (by seed and name) for clips of ``people``
    (N,), ``corpora`` (N,; numbers), with labels (N,)."""
    left_out = {}
    for number, name in enumerate(names):
        inside = corpora != number
        if not inside.any():
            continue
        logits, distance, calibration, _ = held_out(table, people, corpora, truth, inside, seed=0)
        left_out[name] = _one(logits, distance, truth, corpora == number, calibration)
    home, shipped = [], []
    for seed in range(SEEDS):
        logits, distance, calibration, limit = held_out(table, people, corpora, truth, corpora >= 0, seed)
        home.append({n: _one(logits, distance, truth, corpora == k, calibration) for k, n in enumerate(names)})
        shipped.append([calibration["abstain_below"], *limit.tolist()])
    least, *limit = np.mean(shipped, axis=0).tolist()
    return {
        "corpora_left_out": left_out,
        "home": home,
        "abstain_below": round(least, 4),
        "limits": dict(zip(names, limit, strict=True)),
    }


def ship(found: dict[str, Any]) -> None:
    """Put the limits and the threshold of `figures` into the weights that ship, and its figures on their card."""
    folder, card = registry.weights_folder(), registry.describe("speech")
    with np.load(folder / FEATURE_WEIGHTS) as stored:
        arrays = dict(stored) | {f"{name}/limit": np.array(limit) for name, limit in found["limits"].items()}
    with runs.whole(folder / FEATURE_WEIGHTS) as path:
        np.savez_compressed(path, allow_pickle=True, **arrays)
    measured = {name: found[name] for name in ("corpora_left_out", "home")}
    card |= {
        "version": registry.next_version("speech"),
        "abstain_below": found["abstain_below"],
        "files": card["files"] | {FEATURE_WEIGHTS: registry.sha256(folder / FEATURE_WEIGHTS)},
        "figures": card["figures"] | measured,
    }
    with runs.whole(folder / "speech.json") as path:
        path.write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def held_out(
    table: Table, people: np.ndarray, corpora: np.ndarray, truth: np.ndarray, inside: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, dict[str, float], np.ndarray]:
    """Logits (N, 8) and distances (N,) of all clips by models of those ``inside`` (N,; bool) that never met the clip's
    speaker, and the calibration that these give: temperatures, threshold; and the limits of the known corpora."""
    logits, raw = read_by_others(table, people, corpora, truth, inside, seed)
    own = np.searchsorted(np.unique(corpora[inside]), corpora)
    limit = limits(raw[inside], own[inside])
    distance = (raw / limit).min(axis=1)
    calibration = temperatures(logits[inside], truth[inside], distance[inside], own[inside])
    chances = calibrated(logits, distance, calibration)
    calibration["abstain_below"] = threshold(chances[inside], truth[inside], corpora=own[inside])
    return logits, distance, calibration, limit


def read_by_others(
    table: Table, people: np.ndarray, corpora: np.ndarray, truth: np.ndarray, inside: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Logits (N, 8) and distances (N, known corpora) with limits of 1 of all clips; as `held_out`."""
    fold = folding(people, corpora, inside, seed)
    known = np.unique(corpora[inside])
    logits, raw = np.zeros((len(truth), len(SPEECH_EMOTIONS))), np.zeros((len(truth), len(known)))
    plain = table.features[table.plain]
    for k in [*range(FOLDS), -1]:
        of = fold[table.clip]
        rows = (of >= 0) & (of != k)  # what is outside is read by the model of all that is inside
        there = fold == k
        if not there.any() or not rows.any():
            continue
        clip = table.clip[rows]
        read = discriminant.encoded_fit(table.features[rows], truth[clip], corpora[clip])
        logits[there] = read(plain[there])
        for place, number in enumerate(known):
            some = discriminant.directions(table.features[rows][corpora[clip] == number])
            raw[there, place] = some.distance(discriminant.means_alone(plain[there]))
    return logits, raw


def folding(people: np.ndarray, corpora: np.ndarray, inside: np.ndarray, seed: int) -> np.ndarray:
    """Folds (N,) by speaker, each corpus's speakers spread over all of them; -1 for those not ``inside``."""
    random, fold = np.random.default_rng(seed), np.full(len(people), -1)
    for number in np.unique(corpora[inside]):
        order = random.permutation(sorted(set(people[inside & (corpora == number)])))
        for place, person in enumerate(order):
            fold[inside & (people == person)] = place % FOLDS
    return fold


def _one(logits, distance, truth, some, calibration: dict[str, float]) -> dict[str, Any]:
    chances = calibrated(logits[some], distance[some], calibration)
    sure = chances.max(axis=1) >= calibration["abstain_below"]
    matrix = confusion(truth[some], chances.argmax(axis=1), len(SPEECH_EMOTIONS))
    return {
        "n": int(some.sum()),
        "uar": recalls(matrix)[1],
        "accuracy": float((chances.argmax(axis=1) == truth[some]).mean()),
        "expected_calibration_error": expected_calibration_error(chances, truth[some]),
        "foreign": float((distance[some] > 1).mean()),
        "selective": selective_figures(sure, chances.argmax(axis=1) == truth[some], calibration["abstain_below"]),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run-dir", type=Path, default=Path("runs/speech"))
    parser.add_argument("--ship", action="store_true", help="take limits and threshold over into the shipped weights")
    options = parser.parse_args()
    run_dir = options.run_dir
    with np.load(run_dir / "held_out.npz") as stored:
        people, corpora, truth = (stored[name] for name in ("actors", "corpora", "truth"))
    table: Table | None = None
    names: list[str] = []
    for name in discriminant.PLANS:
        path = run_dir / f"encoded-{name}.npz"
        if path.is_file():
            with np.load(path) as stored:
                more = Table(stored["features"], stored["clip"], stored["plain"])
            table = more if table is None else more.after(table, int(table.plain.sum()))
            names.append(name)
    if table is None:
        raise FileNotFoundError(f"There are no features in {run_dir}. Run ./viva train speech first.")
    found = figures(table, people, corpora, truth, names)
    if options.ship:
        ship(found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
