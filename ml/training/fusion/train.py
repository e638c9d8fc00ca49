"""Train all of the fusion.

The clip model learns from RAVDESS's pairs, the weights in time from streams put together from held-out
readings.

``python -m ml.training.fusion.train --data DIR``, where DIR holds ``speech/ravdess``,
``speech/ravdess_action_units.csv`` and ``faces/fer2013_public.npz``. Takes the shipped face and speech models as they
are: train it again when they change.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from ml.core import registry
from ml.core.readings import SPEECH_EMOTIONS
from ml.training.fusion import evaluate, fit, fit_stream, model
from ml.training.fusion.pairs import Pairs, action_units, gather
from ml.training.speech.data import folds

#: Signal to noise ratios (dB) of the noisy copy of the clips that the weights learn from, one after the other.
LEVELS = (15.0, 10.0, 5.0, 0.0, -5.0)
FOLDS = 5


def level(number: int) -> float:
    """The noise of the clip at a position."""
    return LEVELS[number * 7 % len(LEVELS)]


def folds_of(pairs: Pairs) -> np.ndarray:
    """The fold of each clip (N,), by person: the speech model's own."""
    actors = sorted(
        {p.split("/")[-1] for p in pairs.people}, key=lambda a: (not a.isdigit(), int(a) if a.isdigit() else 0)
    )
    place = {actor: k for k, (_, held) in enumerate(folds(actors, FOLDS)) for actor in held}
    return np.array([place[p.split("/")[-1]] for p in pairs.people])


def train(data: Path, run_dir: Path, speech_run: Path) -> None:
    """Cross-validate, train on everybody, write ``fusion.npz`` and ``fusion.json``.

    Raises MediaError, ValueError, FileNotFoundError where the data are not there.
    """
    table = data / "speech" / "ravdess_action_units.csv"
    columns, _ = action_units(table)
    clean = gather(data, table, cache=run_dir)
    varied = gather(data, table, noise_db=level, cache=run_dir)
    noisy = {name: gather(data, table, noise_db=db, cache=run_dir) for name, db in evaluate.NOISES.items()}
    fold = folds_of(clean)
    members = {}
    for k in range(FOLDS):
        members[f"fold{k}"] = fit.member(clean.only(fold != k), varied.only(fold != k), fold[fold != k])
    members["all"] = fit.member(clean, varied, fold)
    place = {str(p): int(fold[clean.people == p][0]) for p in np.unique(clean.people)}

    def reader(pairs: Pairs) -> dict[str, np.ndarray]:
        """Each clip by the member that never met its person."""
        out = {side: np.full((len(pairs.truth), 8), np.nan) for side in ("face", "speech", "fused")}
        for k in range(FOLDS):
            mine = np.array([place[p] == k for p in pairs.people])
            some = pairs.only(mine)
            for side, rows in members[f"fold{k}"].read(some.units, some.voice, some.snr, some.people).items():
                out[side][mine] = rows
        return out

    figures = evaluate.figures(clean, noisy, reader)
    stream, bank = fit_stream.fit(data, speech_run / "held_out.npz")
    folder = registry.weights_folder()
    packed = {key: value for name, member in members.items() for key, value in model.pack(member, name).items()}
    np.savez_compressed(folder / "fusion.npz", allow_pickle=True, **packed, **bank)
    card = {
        "name": "fusion",
        "version": registry.next_version("fusion"),
        "labels": list(SPEECH_EMOTIONS),
        "data": [
            "RAVDESS speech, actors 1-20 (Livingstone & Russo, 2018; CC BY-NC-SA 4.0)",
            "action units (OpenFace) of the same clips' video",
            "in time: the shipped face model on FER2013 PublicTest, the speech model's cross-validation",
        ],
        "action_units": columns,
        "functionals": int(clean.voice.shape[1]),
        "folds": place,
        "weights": {
            "face": float(members["all"].both[0]),
            "voice": float(members["all"].both[1]),
            "voice_counts_half_at_db": float(members["all"].both[2]),
        },
        "stream": {
            **stream,
            "face": registry.version_of("face").version,
            "speech": registry.version_of("speech").version,
        },
        "figures": {
            "protocol": f"{FOLDS} folds grouped by actor; a person's own unlabelled baseline taken out",
            **figures,
        },
        "licence": "CC BY-NC-SA 4.0",
        "files": {"fusion.npz": registry.sha256(folder / "fusion.npz")},
    }
    (folder / "fusion.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    for task in ("eight", "three"):
        print(task, {k: round(figures[task][k], 4) for k in ("accuracy", "uar", "face_uar", "speech_uar")}, flush=True)
    print(json.dumps(figures["degraded"], indent=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run-dir", type=Path, default=Path("runs/fusion"), help="cached features")
    parser.add_argument("--speech-run", type=Path, default=Path("runs/speech"), help="the voice's training run")
    options = parser.parse_args()
    train(options.data, options.run_dir, options.speech_run)
