"""Fit and measure the discriminant that tells one voice from two.

The discriminant learns from RAVDESS's and nEMO's speakers and eSpeak NG's voices, each in all emotions and in VARIANTS
other pitches and vocal tracts. Every made take (`takes`) is judged by a discriminant that has heard none of its
speakers and by a threshold from others' takes in mild emotions, which an interview is nearer to than fury and grief.
The features are kept under ``runs/voice``.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import eigh

from ml.core import registry
from ml.speech import diarization, speaker_embedding
from ml.speech.features import log_mel
from ml.speech.speaker_embedding import FEATURES, LDA, PHONES, standard
from ml.training.speech import conditions, morph
from ml.training.speech.diarization_scores import Judged, judge, rows_of, summary
from ml.training.speech.mixtures import DATA_SETS, Take, Voices, long, mild, plan, sexes, string, synthetic, voices

CACHE = Path("runs/voice/second.pickle")
VARIANTS = {"ravdess": 8, "nemo": 12, "synthetic": 6}  # of each speaker, the first as they are
PITCH, TRACT = 0.18, 0.13  # most that a variant differs, natural logarithms
SECONDS = 14.0  # of each variant in each emotion
AXES, SHRINKAGE = 24, 2.0  # shrinkage in mean variances within speakers
SYNTHETIC = 5  # times that a synthetic voice's own spread counts: there are few, and they flutter in a way of their own
GROUPS = 7  # of speakers; a take's one or two groups are left out of what judges it
MOOD, MOODS = 17, 8.0  # points of one mood in a row; times that the spread of moods counts beside that of points
FALSE_ALARMS, LASTING = 0.04, 60.0  # of takes of one voice in mild emotions that last so many seconds at least
TRADE = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12)  # other shares of them
PLACES = ("clean", "opus_24_kbit", "noise_20_db", "telephone_band", "room_0.5_s")  # of `conditions.TESTS`


def _centres(found: Voices, rng: np.random.Generator) -> np.ndarray:
    """The middles of PHONES kinds of sound, by k-means over frames of everybody."""
    frames = []
    for emotions in found.values():
        for clips in emotions.values():
            every, active = speaker_embedding.cepstra(log_mel(string(clips, 5.0, rng)))
            frames.append(every[active][::6, : speaker_embedding.CLUSTERED])
    pool = np.concatenate(frames)
    centres = pool[rng.choice(len(pool), PHONES, replace=False)]
    for _ in range(10):
        nearest = ((centres**2).sum(axis=1) - 2 * pool @ centres.T).argmin(axis=1)
        centres = np.stack(
            [pool[nearest == k].mean(axis=0) if (nearest == k).any() else centres[k] for k in range(PHONES)]
        )
    return centres.astype(np.float32)


def training_features(
    found: Voices, centres: np.ndarray, rng: np.random.Generator
) -> dict[tuple[str, int], np.ndarray]:
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
                rows.append(rows_of((samples + hiss).astype(np.float32), centres)[0])
            result[name, variant] = np.concatenate(rows)
    return result


def aggregate(data: Path) -> dict[str, Any]:
    """Everything that fitting and measuring need, from the folder of real data."""
    rng = np.random.default_rng(0)
    found: dict[Any, Any] = {}
    calm: dict[Any, Any] = {}
    sex: dict[Any, Any] = {}
    for name in DATA_SETS:
        folder = data / "speech" / name
        found |= voices(folder)
        calm |= voices(folder, only=mild(folder))
        sex |= sexes(folder)
    centres, made = _centres(found, rng), synthetic()
    return {
        "centres": centres,
        "learnt": training_features(found | made, centres, rng),
        "takes": judge([*plan(found, sex), *long(found)], found, centres)
        + judge(plan(made, {}, alone=2), made, centres),
        "mild": judge([*plan(calm, sex, seed=1), *long(calm, seed=1)], calm, centres),
        "places": elsewhere(calm, sex, centres),
    }


def elsewhere(calm: Voices, sex: dict[str, str], centres: np.ndarray) -> dict[str, list[Judged]]:
    """Some of the takes in mild emotions, as recorded in each of PLACES."""
    planned: dict[str, list[Take]] = {}
    for take in plan(calm, sex, seed=1):
        if sum(take.seconds) >= 2 * LASTING:
            planned.setdefault(take.kind, []).append(take)
    chosen = [take for own in planned.values() for take in own[::2]]
    return {name: judge(chosen, calm, centres, conditions.TESTS[name]) for name in PLACES}


class Trainer:
    """Discriminants that leave groups of speakers out: what each adds is summed once."""

    def __init__(self, features: dict[str, Any]):
        rows_of_speakers, self.centres = features["learnt"], features["centres"]
        names = sorted({name for name, _ in rows_of_speakers})
        self.group = {name: k % GROUPS for k, name in enumerate(names)}
        everything = np.concatenate([rows[::4] for rows in rows_of_speakers.values()]).astype(np.float32)
        self.mean, self.scale = everything.mean(axis=0), everything.std(axis=0) + 1e-3
        self._within, self._moods = np.zeros((2, GROUPS, FEATURES, FEATURES), np.float32)
        self._count, self._mood_count = np.zeros((2, GROUPS), int)
        means, groups = [], []
        for (name, _), rows in rows_of_speakers.items():
            values, group = standard(rows, self.mean, self.scale), self.group[name]
            means.append(values.mean(axis=0))
            groups.append(group)
            weight = SYNTHETIC if name.startswith("synthetic/") else 1
            self._within[group] += weight * (values - means[-1]).T @ (values - means[-1])
            self._count[group] += len(values) - 1
            moods = np.array([part.mean(axis=0) for part in np.array_split(values, max(1, len(values) // MOOD))])
            self._moods[group] += weight * (moods - means[-1]).T @ (moods - means[-1])
            self._mood_count[group] += len(moods) - 1
        self._means, self._groups = np.array(means, np.float64), np.array(groups)

    def space(self, without: Iterable[int] = (), threshold: float = 0.0) -> LDA:
        """The discriminant of all speakers but the groups ``without``."""
        kept = [k for k in range(GROUPS) if k not in set(without)]
        points = self._within[kept].sum(axis=0, dtype=np.float64) / self._count[kept].sum()
        # parts of a recording are compared by their means, where moods count and single points hardly do
        within = points + MOODS * self._moods[kept].sum(axis=0, dtype=np.float64) / self._mood_count[kept].sum()
        spread = within + SHRINKAGE * np.trace(within) / FEATURES * np.eye(FEATURES)
        means = self._means[np.isin(self._groups, kept)]
        axes = eigh(np.cov(means.T), spread, subset_by_index=(FEATURES - AXES, FEATURES - 1))[1][:, ::-1]
        axes /= np.sqrt(np.mean(np.diag(axes.T @ points @ axes)))  # one speaker's points spread by 1
        origin, axes = means.mean(axis=0).astype(np.float32), axes.astype(np.float32)
        return LDA(self.centres, self.mean, self.scale, origin, axes, threshold)


class Evaluator:
    """Evaluates by rules that have not heard the people whom they judge: a discriminant and a threshold for each one or
    two groups of speakers, from the others."""

    def __init__(self, trainer: Trainer, made: list[Judged]):
        """``made`` are takes in mild emotions, from which the thresholds come."""
        self.trainer = trainer
        self._spaces: dict[frozenset[int], LDA] = {}
        chosen = [j for j in made if j.take.kind == "alone" and j.take.seconds[0] >= LASTING]
        self._groups = [self.groups(j) for j in chosen]
        self._scores = np.array([self.two_means(j)[0] for j in chosen])

    def groups(self, judged: Judged) -> frozenset[int]:
        """The groups of a take's speakers; synthetic ones of nobody are in none."""
        return frozenset(self.trainer.group[name] for name in judged.take.speakers if name in self.trainer.group)

    def two_means(self, judged: Judged) -> tuple[float, np.ndarray]:
        """`second.parted` of a take."""
        key = self.groups(judged)
        if key not in self._spaces:
            self._spaces[key] = self.trainer.space(key)
        return diarization.two_means(self._spaces[key].embeddings(judged.rows))

    def limit(self, without: frozenset[int] = frozenset(), share: float = FALSE_ALARMS) -> float:
        """The threshold that this share of takes passes, of all groups but those."""
        others = np.array([not key & without for key in self._groups])
        return float(np.quantile(self._scores[others], 1 - share))

    def positive(self, made: list[Judged], scores: np.ndarray, share: float = FALSE_ALARMS) -> np.ndarray:
        """Which takes with ``scores`` (N,) are taken for two voices' (bool)."""
        return scores > np.array([self.limit(self.groups(j), share) for j in made])

    def verdicts(self, made: list[Judged]) -> dict[str, Any]:
        """How often each kind of take is taken for two voices' (`summary`), and ``trade``: how often of all of a kind,
        were the threshold one that another share of mild takes of one voice passes."""
        found = [self.two_means(j) for j in made]
        scores, kinds = np.array([score for score, _ in found]), np.array([j.take.kind for j in made])
        trade = {}
        for share in TRADE:
            positive = self.positive(made, scores, share)
            trade[f"{share:.0%}"] = {
                kind.replace(" ", "_"): round(float(positive[kinds == kind].mean()), 3) for kind in sorted(set(kinds))
            }
        return summary(made, self.positive(made, scores), [part for _, part in found]) | {"trade": trade}


def measure(features: dict[str, Any]) -> tuple[LDA, dict[str, Any]]:
    """What is exported, and how often each kind of take is taken for two voices', by rules that have not heard its
    people."""
    evaluator = Evaluator(Trainer(features), features["mild"])
    exported = evaluator.trainer.space(threshold=evaluator.limit())
    return exported, {
        "protocol": "made takes judged by discriminants that have not heard their speakers, and by a threshold that "
        f"{FALSE_ALARMS:.0%} of other speakers' takes of one voice of {LASTING:g} s and more in mild emotions pass; "
        "intervals over speakers or pairs",
        "speakers": len(evaluator.trainer.group),
        "mild": evaluator.verdicts(features["mild"]),
        **evaluator.verdicts(features["takes"]),
        "places": {name: evaluator.verdicts(made) for name, made in features.get("places", {}).items()},
    }


def main(data: Path) -> dict[str, Any]:
    """Fit, write the weights and their description, return the figures."""
    features = kept(data)
    space, figures = measure(features)
    path = registry.weights_folder() / "second.npz"
    arrays = {name: getattr(space, name).astype(np.float16) for name in ("centres", "mean", "scale", "origin", "axes")}
    np.savez_compressed(path, threshold=space.threshold, **arrays)
    card = {
        "name": "second",
        "version": registry.next_version("second"),
        "data": ["RAVDESS speech, actors 1-20 (CC BY-NC-SA 4.0)", "nEMO, 9 actors (CC BY-NC-SA 4.0)", "eSpeak NG"],
        "licence": "CC BY-NC-SA 4.0, by the data",
        "speakers": sorted({name for name, _ in features["learnt"]}),
        "figures": figures,
        "files": {"second.npz": registry.sha256(path)},
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    return figures


def kept(data: Path) -> dict[str, Any]:
    """What `aggregate` gives, from ``runs/voice`` where it is kept."""
    if not CACHE.is_file():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_bytes(pickle.dumps(aggregate(data)))
    return pickle.loads(CACHE.read_bytes())  # noqa: S301 (we wrote it)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(main(parser.parse_args().data), indent=1))
