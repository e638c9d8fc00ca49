"""What cross-validation held out: each clip's logits and distances by models that never heard its speaker; temperature,
limits of the familiar, abstention."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.statistics import selective_figures
from ml.speech.classifier import calibrated, combined_against
from ml.training import runs

#: What the discriminant's logits count beside the network's; see the model card for what other weights give.
FEATURE_WEIGHT = 2.0
#: A reading that is shown as one emotion should be right this often on speakers never heard, unless fewer than
#: LEAST_TOLD of some corpus's clips could then be told.
RIGHT_WHEN_SURE, LEAST_TOLD = 0.85, 0.605
#: The share of unheard speakers' clips of its own corpus that lie within a corpus's limit, how sharply trust ends
#: there, how many times higher the temperature is beyond, and by what power of the distance it rises further. Chosen
#: on RAVDESS and nEMO, each read by a model of the other.
FAMILIAR, WIDTH, FAR, POWER = 0.92, 0.05, 2.25, 1.25
_CLASSES = len(SPEECH_EMOTIONS)


@dataclass
class HeldOut:
    """Per clip: ``names``, ``actors`` (unique over corpora), ``corpora`` (N,; numbers), ``truth`` (N,), ``fold`` (N,),
    logits (N, 8) of the ``network`` and of the discriminant ``alone`` and ``against`` (see `classifier.Scores`), with
    the last one's ``bias``, and ``distances`` (N, corpora) with limits of 1."""

    names: list[str]
    actors: np.ndarray
    corpora: np.ndarray
    truth: np.ndarray
    fold: np.ndarray
    network: np.ndarray
    alone: np.ndarray
    against: np.ndarray
    bias: np.ndarray
    distances: np.ndarray

    @classmethod
    def empty(cls, names: list[str], actors: np.ndarray, truth: np.ndarray, corpora: np.ndarray) -> HeldOut:
        """Nothing predicted yet."""
        network, alone, against, bias = (np.zeros((len(names), _CLASSES)) for _ in range(4))
        distances = np.zeros((len(names), int(corpora.max(initial=0)) + 1))
        return cls(names, actors, corpora, truth, np.full(len(names), -1), network, alone, against, bias, distances)

    def together(self) -> np.ndarray:
        """Logits (N, 8) of clips read by themselves."""
        return self.network + FEATURE_WEIGHT * self.alone

    def compared(self, among: np.ndarray | None = None) -> np.ndarray:
        """Logits (N, 8) of clips read against the same person's others, or against those ``among`` (bool) them."""
        among = np.ones(len(self.names), bool) if among is None else among
        result = np.zeros((len(self.names), _CLASSES))
        for actor in set(self.actors):
            own, usual = self.actors == actor, (self.actors == actor) & among
            card = {"feature_weight": FEATURE_WEIGHT}
            if usual.any():
                bias = self.bias[own][0]
                rows = self.network + FEATURE_WEIGHT * (self.against - bias)
                result[own] = rows[own] - rows[usual].mean(axis=0) + FEATURE_WEIGHT * bias
            else:
                result[own] = combined_against(self.network[own], self.against[own], self.bias[own][0], card)
        return result

    def distance(self) -> np.ndarray:
        """Distance (N,) to the nearest corpus, in units of its limit."""
        return (self.distances / limits(self.distances, self.corpora)).min(axis=1)

    def cross_calibrated(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities (N, 8), each fold's with the temperature and the limits that suit the other folds."""
        chances = np.zeros(logits.shape)
        for k in np.unique(self.fold):
            inside = self.fold == k
            distance = (self.distances / limits(self.distances, self.corpora, ~inside)).min(axis=1)
            card = temperatures(logits[~inside], self.truth[~inside], distance[~inside], self.corpora[~inside])
            chances[inside] = calibrated(logits[inside], distance[inside], card)
        return chances

    def save(self, path: Path, card: dict) -> None:
        """Write what another model may learn from: the arrays above and ``probabilities`` (N, 8) calibrated across
        folds."""
        with runs.whole(path) as partial:
            np.savez(
                partial,
                **{name: getattr(self, name) for name in self.__dataclass_fields__},
                logits=self.together(),
                probabilities=self.cross_calibrated(self.together()),
                version=card["version"],
            )


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """What to divide logits (N, 8) by so that their likelihood is greatest (Guo et al., 2017)."""

    def loss(value: float) -> float:
        return -float(np.mean(log_softmax(logits / value, axis=1)[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.1, 60), method="bounded").x)


def temperatures(logits: np.ndarray, truth: np.ndarray, distance: np.ndarray, corpora: np.ndarray) -> dict[str, float]:
    """The card's ``temperature`` of familiar and ``temperature_far`` of foreign sound: those under which the
    probabilities of clips (N, 8) at their ``distance`` (N,) are likeliest, each of ``corpora`` (N,) counting alike."""
    weight, rows = np.zeros(len(truth)), np.arange(len(truth))
    for number in np.unique(corpora):
        weight[corpora == number] = 1 / (corpora == number).sum()

    def loss(value: float) -> float:
        chances = calibrated(logits, distance, _card(value))
        return -float((weight * np.log(chances[rows, truth] + 1e-12)).sum())

    return _card(float(minimize_scalar(loss, bounds=(0.1, 60), method="bounded").x))


def _card(value: float) -> dict[str, float]:
    return {
        "temperature": value,
        "temperature_far": FAR * value,
        "distance_width": WIDTH,
        "distance_power": POWER,
    }


def limits(distances: np.ndarray, corpora: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
    """The distance (corpora,) within which FAMILIAR of a corpus's own clips lie, of those ``among`` (N,; bool)."""
    among = np.ones(len(corpora), bool) if among is None else among
    return np.array(
        [np.quantile(distances[among & (corpora == c), c], FAMILIAR) for c in range(distances.shape[1])], np.float64
    )


def threshold(
    chances: np.ndarray, truth: np.ndarray, wanted: float = RIGHT_WHEN_SURE, corpora: np.ndarray | None = None
) -> float:
    """The lowest confidence from which on the readings are right in a share of ``wanted``, 1 where none is; but no
    higher than leaves LEAST_TOLD of each corpus's clips, where ``corpora`` (N,) are given."""
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= wanted)
    least = float(confidence[order][enough[-1]]) if len(enough) else 1.0
    if corpora is not None:
        least = min(least, *(float(np.quantile(confidence[corpora == c], 1 - LEAST_TOLD)) for c in np.unique(corpora)))
    return round(least, 4)


def selective(chances: np.ndarray, truth: np.ndarray, seconds: np.ndarray, least: float) -> dict[str, float | None]:
    """How often readings of at least this confidence are right, and what share of clips and of speech (s) they are."""
    sure = chances.max(axis=1) >= least
    right = chances.argmax(axis=1) == truth
    return {
        **selective_figures(sure, right, least),
        "coverage_of_seconds": float(seconds[sure].sum() / seconds.sum()),
        "accuracy_of_the_rest": float(right[~sure].mean()) if not sure.all() else None,
    }
