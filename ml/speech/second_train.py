"""Fit and measure what tells one voice from two: ``python -m ml.speech.second_train --data DIR``.

Takes are strung together from clips of RAVDESS and nEMO and from eSpeak NG's voices: one voice alone, in all its
emotions or in two of them (harder than an interview: nobody goes from fury to grief), and two voices of one data set
that take turns in the same two emotions. Speakers of a take are never among those that its discriminant learnt from,
nor among those that its threshold was set on. The rows of statistics are kept under ``runs/voice``.
"""

from __future__ import annotations

import argparse
import csv
import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import eigh

from ml import registry
from ml.speech import delivery, second, voice
from ml.speech.activity import detect
from ml.speech.data import clips, load, speakers, trimmed
from ml.speech.features import FFT, HOP, RATE, log_mel, steady_pieces
from ml.synthetic import ANSWERS, speak

CACHE = Path("runs/voice/strings.pickle")
AXES = 6
FALSE_ALARMS = 0.02
FOLDS = 4
CLIPS = 8  # of one emotion that are strung together
LEARNT = 12  # steps that the discriminant learns from: 6 s
LONG_ENOUGH = 40  # s; in shorter takes there is hardly room for two voices, and none is found
ALONE = (20, 30, 40, 60, 96, 180)  # s of a take of one voice
#: Seconds of the first and of the second voice, and how long the second speaks at a time.
PAIRS = ((66, 30, 15, 30), (60, 20, 8, 15), (120, 40, 5, 12), (66, 30, 5, 10), (40, 20, 5, 10), (30, 12, 5, 10))
SYNTHETIC = tuple("en-us" + variant for variant in ("", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m7"))

#: One speaker's speech by emotion: rows of statistics of the steps with speech.
Strings = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Take:
    """``rows`` of a made recording; ``other`` (bool per row) is where the second voice speaks, None where none does."""

    kind: tuple
    fold: int
    rows: np.ndarray
    other: np.ndarray | None = None


def rows_of(samples: np.ndarray) -> np.ndarray:
    """The statistics of a short sound, as `ml.speech.survey` gathers them."""
    meter, overlap = voice.Meter(), delivery.PITCH_FRAME - HOP
    for _, piece in steady_pieces([samples.astype(np.float32)], RATE + overlap, overlap):
        meter.feed(log_mel(piece[: RATE + FFT - HOP]), delivery.pitch(piece))
    return meter.finish()


def _spoken(samples: np.ndarray) -> np.ndarray:
    rows = rows_of(samples)
    return rows[second.speaking(detect(samples).speech, len(rows))]


def gather(data: Path) -> dict[str, Strings]:
    """``people`` = {data set/actor: {emotion: rows}} and ``synthetic`` = {voice: {text and number: rows}}."""
    rng, people, synthetic = np.random.default_rng(0), {}, {}
    for name in ("ravdess", "nemo"):
        pool = clips(data / "speech" / name)
        for actor in speakers(pool):
            for emotion in sorted({clip.emotion for clip in pool}):
                own = [clip for clip in pool if (clip.actor, clip.emotion) == (actor, emotion)]
                parts = []
                for k in rng.permutation(len(own))[:CLIPS]:
                    said = trimmed(load(own[k].path))
                    gap = rng.standard_normal(int(RATE * rng.uniform(0.15, 0.6))) * 3e-4
                    parts += [0.5 * said / np.abs(said).max(), gap]
                if not parts:  # not every actor of nEMO shows every emotion
                    continue
                people.setdefault(f"{name}/{actor}", {})[emotion] = _spoken(np.concatenate(parts).astype(np.float32))
    for name in SYNTHETIC:
        synthetic[name] = {
            f"{text}{k}": _spoken(speak(words, voice=name)) for text, words in ANSWERS.items() for k in range(3)
        }
    return {"people": people, "synthetic": synthetic}


def discriminant(people: Strings) -> tuple[np.ndarray, np.ndarray]:
    """Centre (26,) and axes (26, AXES) along which speakers differ most for how much one differs from herself."""
    inputs, names = [], []
    for name, strings in people.items():
        for rows in strings.values():
            for start in range(0, len(rows) - LEARNT + 1, LEARNT // 2):
                inputs.append(rows[start : start + LEARNT].sum(axis=0))
                names.append(name)
    values, owners = voice.speaker_features(np.array(inputs)), np.array(names)
    kinds = sorted(people)
    within = sum(np.cov(values[owners == k].T) * (np.sum(owners == k) - 1) for k in kinds) / (len(owners) - len(kinds))
    within += 0.01 * np.diag(np.diag(within))
    between = np.cov(np.array([values[owners == k].mean(axis=0) for k in kinds]).T)
    return values.mean(axis=0), eigh(between, within)[1][:, ::-1][:, :AXES]


def _turns(strings: dict, emotions: list, seconds: float, turn: tuple, rng: np.random.Generator) -> list[np.ndarray]:
    """Pieces of ``turn`` = (shortest, longest) seconds from a speaker's strings, ``seconds`` in all."""
    pieces, left = [], int(2 * seconds)
    while left > 0:
        rows = strings[emotions[rng.integers(len(emotions))]]
        length = min(int(2 * rng.uniform(*turn)), left, len(rows))
        start = rng.integers(0, len(rows) - length + 1)
        pieces.append(rows[start : start + length])
        left -= length
    return pieces


def _mixed(first: list[np.ndarray], other: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The turns of two voices in an even order: rows, and where the other speaks."""
    order = sorted(
        [((k + 0.5) / len(first), 0, rows) for k, rows in enumerate(first)]
        + [((k + 0.5) / len(other), 1, rows) for k, rows in enumerate(other)],
        key=lambda turn: turn[:2],
    )
    return np.concatenate([t[2] for t in order]), np.concatenate([np.full(len(t[2]), t[1] == 1) for t in order])


def takes(gathered: dict[str, Strings], sex: Callable[[str], str], seed: int = 0) -> list[Take]:
    """Made recordings; people in FOLDS groups, ``fold`` FOLDS for synthetic voices."""
    rng, found, people = np.random.default_rng(seed), [], gathered["people"]
    names = sorted(people)
    for fold in range(FOLDS):
        held = names[fold::FOLDS]
        for name in held:
            emotions = sorted(people[name])
            for seconds in ALONE:
                for number in range(12):
                    chosen = emotions if number % 2 else list(rng.choice(emotions, 2, replace=False))
                    rows = np.concatenate(_turns(people[name], chosen, seconds, (6, 15), rng))
                    found.append(Take(("alone", seconds), fold, rows))
        for one in held:
            for other in held:
                if one == other or one.split("/")[0] != other.split("/")[0]:
                    continue
                kind = "same sex" if sex(one) == sex(other) else "other sex"
                for first, seconds, *turn in PAIRS:
                    both = list(rng.choice([e for e in sorted(people[one]) if e in people[other]], 2, replace=False))
                    rows, truth = _mixed(
                        _turns(people[one], both, first, (12, 30), rng),
                        _turns(people[other], both, seconds, tuple(turn), rng),
                    )
                    found.append(Take(("pair", kind, first, seconds, *turn), fold, rows, truth))
    for strings in gathered["synthetic"].values():
        for seconds in ALONE:
            for _ in range(12):
                rows = np.concatenate(_turns(strings, list(strings), seconds, (8, 20), rng))
                found.append(Take(("synthetic", seconds), FOLDS, rows))
    return found


def _weights(centre: np.ndarray, axes: np.ndarray) -> voice.Weights:
    nothing = np.zeros(0)
    return voice.Weights(nothing, nothing, nothing, nothing, nothing, nothing, 0.0, centre, axes, 0.0)


def measure(gathered: dict[str, Strings], sex: Callable[[str], str]) -> tuple[float, dict[str, Any]]:
    """The threshold with FALSE_ALARMS over every take of one person, and how often each kind of take is taken for two
    voices' by the thresholds that leave its own speakers out."""
    people, names = gathered["people"], sorted(gathered["people"])
    nets = [
        _weights(*discriminant({n: people[n] for n in names if n not in names[fold::FOLDS]})) for fold in range(FOLDS)
    ]
    nets.append(_weights(*discriminant(people)))
    made = takes(gathered, sex)
    results = [second.parted(take.rows, nets[take.fold]) for take in made]
    scores = np.array([score for score, _ in results])
    telling = np.array([take.kind[0] == "alone" and take.kind[1] >= LONG_ENOUGH for take in made])
    fold = np.array([take.fold for take in made])
    limits = [float(np.quantile(scores[telling & (fold != k)], 1 - FALSE_ALARMS)) for k in range(FOLDS)]
    limit = float(np.quantile(scores[telling], 1 - FALSE_ALARMS))
    positive = scores > np.array([*limits, limit])[fold]

    def share(wanted: Callable[[tuple], bool]) -> dict[str, Any]:
        chosen = [k for k, take in enumerate(made) if wanted(take.kind)]
        row = {"n": len(chosen), "share": round(float(positive[chosen].mean()), 3)}
        right = [np.mean(results[k][1] == made[k].other) for k in chosen if positive[k] and made[k].other is not None]
        return row | ({"steps_right": round(float(np.mean(right)), 3)} if right else {})

    figures: dict[str, Any] = {
        "protocol": "takes of speakers that neither discriminant nor threshold learnt from; "
        f"threshold for {FALSE_ALARMS:.0%} false alarms over takes of one voice",
        "false_alarms": share(lambda kind: kind[0] == "alone" and kind[1] >= LONG_ENOUGH)["share"],
        "found": share(lambda kind: kind[0] == "pair" and kind[3] * 2 > second.LEAST)["share"],
        "alone": {str(s): share(lambda kind, s=s: kind == ("alone", s)) for s in ALONE},
        "synthetic": {str(s): share(lambda kind, s=s: kind == ("synthetic", s)) for s in ALONE},
        "pairs": {
            kind: {
                f"{first} s and {other} s in turns of {low} to {high} s": share(
                    lambda found, row=("pair", kind, first, other, low, high): found == row
                )
                for first, other, low, high in PAIRS
            }
            for kind in ("other sex", "same sex")
        },
    }
    return limit, figures


def sexes(data: Path) -> Callable[[str], str]:
    """The manifests' sex of each "data set/actor"."""
    known = {}
    for name in ("ravdess", "nemo"):
        with (data / "speech" / name / "manifest.csv").open(newline="", encoding="utf-8-sig") as stream:
            known |= {f"{name}/{row['actor']}": row["sex"] for row in csv.DictReader(stream)}
    return known.__getitem__


def fit(data: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """(arrays for ``voice.npz``, figures)."""
    if not CACHE.is_file():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_bytes(pickle.dumps(gather(data)))
    gathered = pickle.loads(CACHE.read_bytes())  # noqa: S301 (we wrote it)
    limit, figures = measure(gathered, sexes(data))
    centre, axes = discriminant(gathered["people"])
    values = {"speaker_centre": centre.astype(np.float32), "speaker_axes": axes.astype(np.float32)}
    return values | {"speaker_threshold": limit}, figures


def main(data: Path) -> dict[str, Any]:
    """Fit, write into the shipped ``voice.npz`` and its description, return the figures."""
    values, figures = fit(data)
    path = registry.weights_folder() / "voice.npz"
    with np.load(path) as stored:
        np.savez(path, **({name: stored[name] for name in stored.files} | values))
    card = registry.describe("voice") | {"version": registry.next_version("voice")}
    card["figures"]["second_voice"] = figures
    card["files"] = {"voice.npz": registry.sha256(path)}
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(main(parser.parse_args().data), indent=1))
