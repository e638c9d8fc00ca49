"""Fit the linear discriminants and the familiarity over the encoders' features of clips, and aggregate such features.

Numpy alone. A discriminant has the classes' means in common over corpora: of each corpus its own mean over the classes
that all corpora have is taken out, and the corpora's means count as spread within the classes, so that directions in
which only language, microphone and codec differ are of no use to it (as within-class covariance normalisation does for
speakers; Hatch, Kajarekar & Stolcke, 2006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly
from sklearn.utils.extmath import randomized_svd
from tqdm import tqdm

from ml.core.emotions import SPEECH_EMOTIONS
from ml.speech.classifier import Discriminant
from ml.speech.encoder import FEATURES, means_alone
from ml.speech.familiarity import CLIP, Corpus
from ml.training import runs
from ml.training.speech.conditions import another_place
from ml.training.speech.data import Clip, load, spoken

#: Speeds of a clip's variants, as resampling ratios.
SPEEDS = ((10, 9), (10, 11))
#: Share of the mean variance in the covariance within classes.
SHRINKAGE = 0.3
#: Directions that a corpus's voices are taken to vary in.
DIRECTIONS = 60
_NEVER = -30.0  # the bias of an emotion that no training clip has


@dataclass(frozen=True)
class Plan:
    """Which variants are made of a corpus's clips: of ``every`` so many-th clip the first ``speeds`` (of one, the two
    in turn) and so many ``places``."""

    every: int = 1
    speeds: int = 2
    places: int = 4


#: nEMO has four times as many clips as RAVDESS.
PLANS = {"ravdess": Plan(), "nemo": Plan(every=3, speeds=1, places=2)}


@dataclass(frozen=True)
class Table:
    """``features`` (N, F) of clips and of their variants, the number of the clip that each is of (N,), and whether it
    is the clip as it is (N,)."""

    features: np.ndarray
    clip: np.ndarray
    plain: np.ndarray

    def after(self, other: Table, clips: int) -> Table:
        """Both tables as one, this one's clips counted on from the other's ``clips``."""
        return Table(
            np.concatenate([other.features, self.features]),
            np.concatenate([other.clip, self.clip + clips]),
            np.concatenate([other.plain, self.plain]),
        )


def aggregate(found: list[Clip], cache: Path, of: Callable[[np.ndarray], np.ndarray], plan: Plan) -> Table:
    """Features of clips and their variants, computed once; a person's clips share each place.

    ``of`` makes features (F,) of a clip's samples from its first to its last speech.
    """
    names = [clip.path.name for clip in found]
    if cache.is_file():
        with np.load(cache) as stored:
            if list(stored["names"]) == names:
                return Table(stored["features"], stored["clip"], stored["plain"])
    rows, owner, plain = [], [], []
    actors = {actor: number for number, actor in enumerate(sorted({clip.actor for clip in found}))}
    for number, clip in enumerate(tqdm(found, desc=f"features {cache.stem}", mininterval=5)):
        samples = load(clip.path)
        said = spoken(samples)
        made = [of(said)]
        if number % plan.every == 0:
            speeds = SPEEDS if plan.speeds > 1 else (SPEEDS[1 - number % 2],)
            made += [of(resample_poly(said, up, down)) for up, down in speeds]
            for place in range(plan.places):
                made.append(of(spoken(another_place((actors[clip.actor], place))(samples))))
        rows += made
        owner += [number] * len(made)
        plain += [True] + [False] * (len(made) - 1)
    table = Table(np.array(rows, np.float32), np.array(owner), np.array(plain))
    with runs.whole(cache) as path:
        np.savez(path, names=names, features=table.features, clip=table.clip, plain=table.plain)
    return table


def centred(features: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Features (N, F) less each person's mean."""
    result = np.array(features)
    for person in set(people):
        result[people == person] -= result[people == person].mean(axis=0, dtype=np.float64).astype(result.dtype)
    return result


def fit(
    features: np.ndarray, truth: np.ndarray, corpora: np.ndarray | None = None, shrinkage: float = SHRINKAGE
) -> Discriminant:
    """A linear discriminant with equal priors over features (N, F) of clips with labels (N,) from ``corpora`` (N,; one
    where None). Its covariance within classes, each class of each corpus counting alike, is shrunk towards a multiple
    of the identity (Ledoit & Wolf, 2004, with a share chosen beforehand)."""
    corpora = np.zeros(len(truth)) if corpora is None else corpora
    names, features = np.unique(corpora), np.asarray(features, np.float32)
    middle = np.mean([features[corpora == name].mean(axis=0, dtype=np.float64) for name in names], axis=0)
    spread = np.zeros(len(middle))
    for name in names:
        away = features[corpora == name] - middle.astype(np.float32)
        spread += np.einsum("nf,nf->f", away, away, dtype=np.float64) / len(away) / len(names)
    spread = np.sqrt(spread) + 1e-6
    rows = (features - middle.astype(np.float32)) / spread.astype(np.float32)
    np.clip(rows, -CLIP, CLIP, out=rows)
    shared = set.intersection(*(set(truth[corpora == name]) for name in names)) or set(truth)
    offsets = np.array([_mean_of(rows, corpora == name, truth, shared) for name in names])
    whole, width = offsets.mean(axis=0), rows.shape[1]
    means, count = np.zeros((len(SPEECH_EMOTIONS), width)), np.zeros(len(SPEECH_EMOTIONS))
    groups = []
    for name, offset in zip(names, offsets, strict=True):
        for label in np.unique(truth[corpora == name]):
            some = rows[(corpora == name) & (truth == label)] - offset.astype(np.float32)
            means[label] += some.mean(axis=0, dtype=np.float64)
            count[label] += 1
            groups.append((label, some))
    means /= np.maximum(count, 1)[:, None]
    within = (offsets - whole).T @ (offsets - whole) / len(names)
    for label, some in groups:
        rest = some - means[label].astype(np.float32)
        within += rest.T @ rest / len(some) / len(groups)
    within = (1 - shrinkage) * within + shrinkage * np.eye(width) * np.trace(within) / width
    weight = np.linalg.solve(within, means.T)
    bias = -0.5 * np.einsum("kf,fk->k", means, weight) - whole @ weight
    bias[count == 0] = _NEVER
    weight = weight / spread[:, None]
    return Discriminant(weight, bias - middle @ weight)


def _mean_of(rows: np.ndarray, inside: np.ndarray, truth: np.ndarray, labels: set[int]) -> np.ndarray:
    """The mean of some labels' means among the rows inside; of those that are there."""
    return np.mean(
        [rows[inside & (truth == k)].mean(axis=0, dtype=np.float64) for k in labels if (inside & (truth == k)).any()],
        axis=0,
    )


def pair(
    features: np.ndarray, truth: np.ndarray, people: np.ndarray, corpora: np.ndarray | None = None
) -> tuple[Discriminant, Discriminant]:
    """The discriminants for clips by themselves and for clips against the same person's others.

    The second one's bias is that of the mean person, so that the mean over people stays where the features are: its
    logits of raw features less the person's mean logits, plus `Discriminant.bias`, are those of centred features.
    """
    return fit(features, truth, corpora), fit(centred(features, people), truth, corpora)


def encoded_pair(
    features: np.ndarray, truth: np.ndarray, people: np.ndarray, corpora: np.ndarray
) -> tuple[Discriminant, Discriminant]:
    """`pair` over each encoder's features, as one over both side by side: their logits' sum."""
    parts = np.split(features, np.cumsum(FEATURES)[:-1], axis=1)
    return joined([pair(part, truth, people, corpora) for part in parts])


def encoded_fit(features: np.ndarray, truth: np.ndarray, corpora: np.ndarray) -> Discriminant:
    """The first of `encoded_pair`, by itself."""
    parts = np.split(features, np.cumsum(FEATURES)[:-1], axis=1)
    return _summed([fit(part, truth, corpora) for part in parts])


def joined(pairs: list[tuple[Discriminant, Discriminant]]) -> tuple[Discriminant, Discriminant]:
    """Pairs over features that lie side by side as one pair over them all, whose logits are the sum of theirs."""
    alone, against = (_summed(list(kind)) for kind in zip(*pairs, strict=True))
    return alone, against


def _summed(parts: list[Discriminant]) -> Discriminant:
    return Discriminant(np.vstack([part.weight for part in parts]), np.sum([part.bias for part in parts], axis=0))


def directions(features: np.ndarray, count: int = DIRECTIONS) -> Corpus:
    """In which directions one corpus's features (N, sum(FEATURES)) vary most, with the limit 1."""
    means = means_alone(features)
    middle, spread = means.mean(axis=0), means.std(axis=0) + 1e-6
    rows = np.clip((means - middle) / spread, -CLIP, CLIP)
    _, _, basis = randomized_svd(rows, min(count, min(rows.shape) - 1), random_state=0, n_iter=2)
    return Corpus(middle, spread, basis.T.astype(np.float32), 1.0)
