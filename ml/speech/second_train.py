"""Fit and measure what tells one voice from two: ``python -m ml.speech.second_train --data DIR``.

The discriminant learns from RAVDESS's and nEMO's speakers and eSpeak NG's voices, each in all emotions and in VARIANTS
other pitches and vocal tracts. Every made take (`takes`) is judged by a discriminant that has heard none of its
speakers and by a threshold from takes of others. The features are kept under ``runs/voice``.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import eigh

from ml import registry
from ml.speech import morph, second, speakers
from ml.speech.activity import detect
from ml.speech.features import log_mel
from ml.speech.speakers import FEATURES, PHONES, STRIDE, WINDOW, Space, standard
from ml.speech.takes import DATA_SETS, Take, Voices, plan, sexes, sound, string, synthetic, voices

CACHE = Path("runs/voice/second.pickle")
VARIANTS = {"ravdess": 8, "nemo": 12, "synthetic": 6}  # of each speaker, the first as they are
PITCH, TRACT = 0.18, 0.13  # most that a variant differs, natural logarithms
SECONDS = 14.0  # of each variant in each emotion
AXES, SHRINKAGE = 24, 2.0  # shrinkage in mean variances within speakers
SYNTHETIC = 3  # times that a synthetic voice's own spread counts: there are few, and they flutter in a way of their own
GROUPS = 7  # of speakers; a take's one or two groups are left out of what judges it
FALSE_ALARMS = 0.04


@dataclass(frozen=True)
class Judged:
    """A take's points' features (N, FEATURES) and whether each is the second voice's (bool)."""

    take: Take
    rows: np.ndarray
    other: np.ndarray


def _centres(found: Voices, rng: np.random.Generator) -> np.ndarray:
    """The middles of PHONES kinds of sound, by k-means over frames of everybody."""
    frames = []
    for emotions in found.values():
        for clips in emotions.values():
            every, active = speakers.cepstra(log_mel(string(clips, 5.0, rng)))
            frames.append(every[active][::6, : speakers.CLUSTERED])
    pool = np.concatenate(frames)
    centres = pool[rng.choice(len(pool), PHONES, replace=False)]
    for _ in range(10):
        nearest = ((centres**2).sum(axis=1) - 2 * pool @ centres.T).argmin(axis=1)
        centres = np.stack(
            [pool[nearest == k].mean(axis=0) if (nearest == k).any() else centres[k] for k in range(PHONES)]
        )
    return centres.astype(np.float32)


def _rows(samples: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, FEATURES) of the points that hold speech, and their numbers (N,)."""
    mels = log_mel(samples)
    which = second.spoken(detect(samples).speech, (len(mels) - WINDOW) // STRIDE + 1)
    rows = [speakers.features(mels[k * STRIDE : k * STRIDE + WINDOW], centres) for k in which]
    return np.array(rows, np.float16).reshape(-1, FEATURES), which


def learnt_from(found: Voices, centres: np.ndarray, rng: np.random.Generator) -> dict[tuple[str, int], np.ndarray]:
    """Features of each {(speaker, variant): (N, FEATURES)}."""
    result = {}
    for name, emotions in found.items():
        for variant in range(VARIANTS[name.split("/")[0]]):
            pitch, tract = np.exp(rng.uniform(-1, 1, 2) * (PITCH, TRACT) * (variant > 0))
            rows = []
            for clips in emotions.values():
                samples = string(clips, SECONDS * pitch, rng)
                if variant:
                    samples = morph.reshaped(morph.resampled(samples, pitch), tract)
                samples = 0.5 * samples / np.abs(samples).max()
                hiss = rng.standard_normal(len(samples)) * 10 ** (-rng.uniform(50, 65) / 20)
                rows.append(_rows((samples + hiss).astype(np.float32), centres)[0])
            result[name, variant] = np.concatenate(rows)
    return result


def judge(planned: Iterable[Take], found: Voices, centres: np.ndarray) -> list[Judged]:
    """The features of made takes."""
    result = []
    for take in planned:
        samples, other = sound(take, found)
        rows, which = _rows(samples, centres)
        truth = [other[k * STRIDE + WINDOW // 4 : k * STRIDE + 3 * WINDOW // 4].mean() > 0.5 for k in which]
        result.append(Judged(take, rows, np.array(truth, bool)))
    return result


def gather(data: Path) -> dict[str, Any]:
    """Everything that fitting and measuring need, from the folder of real data."""
    rng, found, sex = np.random.default_rng(0), {}, {}
    for name in DATA_SETS:
        found |= voices(data / "speech" / name)
        sex |= sexes(data / "speech" / name)
    centres, made = _centres(found, rng), synthetic()
    return {
        "centres": centres,
        "learnt": learnt_from(found | made, centres, rng),
        "takes": judge(plan(found, sex), found, centres) + judge(plan(made, {}, alone=2), made, centres),
    }


class Learner:
    """Discriminants that leave groups of speakers out: what each adds is summed once."""

    def __init__(self, gathered: dict[str, Any]):
        learnt, self.centres = gathered["learnt"], gathered["centres"]
        names = sorted({name for name, _ in learnt})
        self.group = {name: k % GROUPS for k, name in enumerate(names)}
        everything = np.concatenate([rows[::4] for rows in learnt.values()]).astype(np.float32)
        self.mean, self.scale = everything.mean(axis=0), everything.std(axis=0) + 1e-3
        self._within = np.zeros((GROUPS, FEATURES, FEATURES), np.float32)
        self._count = np.zeros(GROUPS, int)
        means, groups = [], []
        for (name, _), rows in learnt.items():
            values, group = standard(rows, self.mean, self.scale), self.group[name]
            means.append(values.mean(axis=0))
            groups.append(group)
            weight = SYNTHETIC if name.startswith("synthetic/") else 1
            self._within[group] += weight * (values - means[-1]).T @ (values - means[-1])
            self._count[group] += len(values) - 1
        self._means, self._groups = np.array(means, np.float64), np.array(groups)

    def space(self, without: Iterable[int] = (), threshold: float = 0.0) -> Space:
        """The discriminant of all speakers but the groups ``without``."""
        kept = [k for k in range(GROUPS) if k not in set(without)]
        within = self._within[kept].sum(axis=0, dtype=np.float64) / self._count[kept].sum()
        spread = within + SHRINKAGE * np.trace(within) / FEATURES * np.eye(FEATURES)
        means = self._means[np.isin(self._groups, kept)]
        axes = eigh(np.cov(means.T), spread, subset_by_index=(FEATURES - AXES, FEATURES - 1))[1][:, ::-1]
        axes /= np.sqrt(np.mean(np.diag(axes.T @ within @ axes)))  # one speaker's points spread by 1
        origin, axes = means.mean(axis=0).astype(np.float32), axes.astype(np.float32)
        return Space(self.centres, self.mean, self.scale, origin, axes, threshold)


def measure(gathered: dict[str, Any]) -> tuple[Space, dict[str, Any]]:
    """What ships, and how often each kind of take is taken for two voices', by rules that have not heard its people."""
    learner, made = Learner(gathered), gathered["takes"]
    groups = [frozenset(learner.group[name] for name in j.take.speakers if name in learner.group) for j in made]
    spaces = {key: learner.space(key) for key in set(groups)}
    found = [second.parted(spaces[key].points(j.rows)) for key, j in zip(groups, made, strict=True)]
    scores = np.array([score for score, _ in found])
    alone = np.array([len(j.take.speakers) == 1 for j in made])

    def limit(without: frozenset) -> float:
        others = np.array([not key & without for key in groups])
        return float(np.quantile(scores[alone & others], 1 - FALSE_ALARMS))

    limits = {key: limit(key) for key in {frozenset(), *groups}}
    positive = scores > np.array([limits[key] for key in groups])
    shipped = learner.space(threshold=limits[frozenset()])
    return shipped, {
        "protocol": "made takes judged by discriminants that have not heard their speakers, and by a threshold that "
        f"{FALSE_ALARMS:.0%} of other speakers' takes of one voice pass; intervals over speakers or pairs",
        "speakers": len(learner.group),
        **summary(made, positive, [part for _, part in found]),
    }


def summary(made: list[Judged], positive: np.ndarray, parts: list[np.ndarray]) -> dict[str, Any]:
    """Shares of takes that were taken for two voices' (``positive``, bool), by kind, data set and length."""
    result: dict[str, Any] = {}
    for kind in ("alone", "synthetic", "same sex", "other sex"):
        chosen = [k for k, j in enumerate(made) if j.take.kind == kind]
        rows: dict[str, Any] = {"all": _share(chosen, made, positive, parts)}
        for name in sorted({made[k].take.speakers[0].split("/")[0] for k in chosen}):
            rows[name] = _share([k for k in chosen if made[k].take.speakers[0].startswith(name)], made, positive, parts)
        for seconds in sorted({made[k].take.seconds for k in chosen}):
            label = " s and ".join(f"{s:g}" for s in seconds) + " s"
            rows[label] = _share([k for k in chosen if made[k].take.seconds == seconds], made, positive, parts)
        result[kind.replace(" ", "_")] = rows
    return result


def _share(chosen: list[int], made: list[Judged], positive: np.ndarray, parts: list[np.ndarray]) -> dict[str, Any]:
    if not chosen:
        return {"n": 0, "share": None, "interval": None}
    people = [tuple(sorted(made[k].take.speakers)) for k in chosen]
    kinds = sorted(set(people))
    hits = np.array([sum(positive[k] for k, who in zip(chosen, people, strict=True) if who == one) for one in kinds])
    counts = np.array([people.count(one) for one in kinds])
    drawn = np.random.default_rng(0).integers(0, len(kinds), (1000, len(kinds)))
    low, high = np.quantile(hits[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    right = [np.mean(parts[k] == made[k].other) for k in chosen if positive[k] and len(made[k].take.speakers) > 1]
    row = {
        "n": len(chosen),
        "share": round(float(positive[chosen].mean()), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
    }
    return row | ({"points_right": round(float(np.mean(right)), 3)} if right else {})


def main(data: Path) -> dict[str, Any]:
    """Fit, write the weights and their description, return the figures."""
    gathered = kept(data)
    space, figures = measure(gathered)
    path = registry.weights_folder() / "second.npz"
    halves = {name: getattr(space, name).astype(np.float16) for name in ("centres", "mean", "scale", "origin", "axes")}
    np.savez_compressed(path, threshold=space.threshold, **halves)
    card = {
        "name": "second",
        "version": registry.next_version("second"),
        "data": ["RAVDESS speech, actors 1-20 (CC BY-NC-SA 4.0)", "nEMO, 9 actors (CC BY-NC-SA 4.0)", "eSpeak NG"],
        "licence": "CC BY-NC-SA 4.0, by the data",
        "speakers": sorted({name for name, _ in gathered["learnt"]}),
        "figures": figures,
        "files": {"second.npz": registry.sha256(path)},
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    return figures


def kept(data: Path) -> dict[str, Any]:
    """What `gather` gives, from ``runs/voice`` where it was gathered before."""
    if not CACHE.is_file():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_bytes(pickle.dumps(gather(data)))
    return pickle.loads(CACHE.read_bytes())  # noqa: S301 (we wrote it)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(main(parser.parse_args().data), indent=1))
