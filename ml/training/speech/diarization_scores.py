"""Made takes (`takes`) as points' features, and how many of them a rule takes for two voices'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.speech import diarization, speaker_embedding
from ml.speech.activity import detect
from ml.speech.features import log_mel
from ml.speech.speaker_embedding import FEATURES, STRIDE, WINDOW
from ml.training.speech.mixtures import Take, Voices, sound


@dataclass(frozen=True)
class Judged:
    """A take's points' features (N, FEATURES) and whether each is the second voice's (bool)."""

    take: Take
    rows: np.ndarray
    other: np.ndarray


def rows_of(samples: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, FEATURES) of the points that hold speech, and their numbers (N,)."""
    mels = log_mel(samples)
    which = diarization.spoken(detect(samples).speech, (len(mels) - WINDOW) // STRIDE + 1)
    rows = [speaker_embedding.features(mels[k * STRIDE : k * STRIDE + WINDOW], centres) for k in which]
    return np.array(rows, np.float16).reshape(-1, FEATURES), which


def judge(
    planned: Iterable[Take],
    found: Voices,
    centres: np.ndarray,
    place: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
) -> list[Judged]:
    """The features of made takes, as recorded in ``place`` (one of `conditions.TESTS`)."""
    result = []
    for take in planned:
        samples, other = sound(take, found)
        if place:
            samples = place(samples, np.random.default_rng(take.seed))[: len(samples)]
        rows, which = rows_of(samples, centres)
        truth = [other[k * STRIDE + WINDOW // 4 : k * STRIDE + 3 * WINDOW // 4].mean() > 0.5 for k in which]
        result.append(Judged(take, rows, np.array(truth, bool)))
    return result


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
