"""Fit the linear discriminants over features of clips (numpy alone), and aggregate such features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly
from tqdm import tqdm

from ml.core.readings import SPEECH_EMOTIONS
from ml.speech.classifier import Discriminant
from ml.speech.functionals import functionals
from ml.training import runs
from ml.training.speech.conditions import another_place
from ml.training.speech.data import Clip, load, spoken

#: Speeds of the variants of each clip, as resampling ratios, then as many random places to have recorded it in.
SPEEDS = ((1, 1), (10, 9), (10, 11))
PLACES, PLACES_HEARD = 3, 6  # for the hand-made features, for the encoder's
#: Share of the mean variance in the covariance within classes, for either kind; the encoder's features are three times
#: as many.
SHRINKAGE, SHRINKAGE_HEARD = 0.3, 0.5
#: What the hand-made features' logits count beside the encoder's; chosen beforehand, and flat between 0.25 and 1.
HAND_WEIGHT = 0.5
CLIP = 4.0  # standard deviations beyond which a training value is an outlier


def aggregate(
    found: list[Clip], cache: Path, of: Callable[[np.ndarray], np.ndarray] = functionals, places: int = PLACES
) -> np.ndarray:
    """Features (clips, len(SPEEDS) + places, F), computed once; a person's clips share each place.

    ``of`` makes features (F,) of a clip's samples from its first to its last speech.
    """
    names = [clip.path.name for clip in found]
    if cache.is_file():
        with np.load(cache) as stored:
            if list(stored["names"]) == names:
                return stored["features"]
    rows = []
    actors = {actor: number for number, actor in enumerate(sorted({clip.actor for clip in found}))}
    for clip in tqdm(found, desc=f"features {cache.stem}", mininterval=5):
        samples = load(clip.path)
        said = spoken(samples)
        row = [of(resample_poly(said, up, down)) for up, down in SPEEDS]
        for place in range(places):
            row.append(of(spoken(another_place((actors[clip.actor], place))(samples))))
        rows.append(row)
    with runs.whole(cache) as path:
        np.savez(path, names=names, features=np.array(rows, np.float32))
    return np.array(rows, np.float32)


def centred(features: np.ndarray, actors: np.ndarray) -> np.ndarray:
    """Features (clips, variants, F) less each person's mean under the same variant."""
    result = np.array(features, np.float64)
    for actor in set(actors):
        result[actors == actor] -= result[actors == actor].mean(axis=0)
    return result


def fit(features: np.ndarray, truth: np.ndarray, shrinkage: float = SHRINKAGE) -> Discriminant:
    """A linear discriminant with equal priors over features (clips, variants, F); its covariance within classes is
    shrunk towards a multiple of the identity (Ledoit & Wolf, 2004, with a share chosen beforehand)."""
    _count, variants, width = features.shape
    rows = features.reshape(-1, width).astype(np.float64)
    labels = np.repeat(truth, variants)
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    rows = np.clip((rows - middle) / spread, -CLIP, CLIP)
    present = np.unique(labels)
    means = np.zeros((len(SPEECH_EMOTIONS), width))
    within = np.zeros((width, width))
    for label in present:
        some = rows[labels == label]
        means[label] = some.mean(axis=0)
        within += (some - means[label]).T @ (some - means[label]) / len(some) / len(present)
    within = (1 - shrinkage) * within + shrinkage * np.eye(width) * np.trace(within) / width
    weight = np.linalg.solve(within, means.T)
    bias = -0.5 * np.einsum("kf,fk->k", means, weight)
    bias[np.setdiff1d(np.arange(len(SPEECH_EMOTIONS)), present)] = -30.0  # never seen in training
    weight = weight / spread[:, None]
    return Discriminant(weight, bias - middle @ weight)


def pair(
    features: np.ndarray, truth: np.ndarray, actors: np.ndarray, shrinkage: float = SHRINKAGE
) -> tuple[Discriminant, Discriminant]:
    """The discriminants for clips by themselves and for clips against the same person's others.

    The second one's bias is that of the mean person, so that the mean over people stays where the features are: its
    logits of raw features less the person's mean logits, plus `Discriminant.bias`, are those of centred features.
    """
    return fit(features, truth, shrinkage), fit(centred(features, actors), truth, shrinkage)


def joined(
    hand: tuple[Discriminant, Discriminant], heard: tuple[Discriminant, Discriminant]
) -> tuple[Discriminant, Discriminant]:
    """`pair` over hand-made features and `pair` over the encoder's, as one over both side by side."""
    alone, against = (
        Discriminant(np.vstack([HAND_WEIGHT * a.weight, b.weight]), HAND_WEIGHT * a.bias + b.bias)
        for a, b in zip(hand, heard, strict=True)
    )
    return alone, against
