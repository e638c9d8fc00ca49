"""What cross-validation held out: each clip's logits by models that never heard its actor; temperature, abstention."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from ml.core.readings import SPEECH_EMOTIONS
from ml.core.statistics import confusion, recalls
from ml.speech.classifier import combined_against
from ml.training import runs

#: What the discriminants' logits count beside the network's; see the model card for what other weights give.
FEATURE_WEIGHT = 2.0
#: A reading that is shown as one emotion should be right this often on actors never heard.
RIGHT_WHEN_SURE = 0.85
_CLASSES = len(SPEECH_EMOTIONS)


@dataclass
class HeldOut:
    """Per clip, in the manifest's order: ``names``, ``actors``, ``truth`` (N,), ``fold`` (N,), and the logits (N, 8) of
    the ``network``, of the discriminants over ``hand``-made features and over what the encoder ``heard``, and of both
    together, ``alone`` and ``against`` (see `classifier.Scores`), with the last one's ``bias``."""

    names: list[str]
    actors: np.ndarray
    truth: np.ndarray
    fold: np.ndarray
    network: np.ndarray
    hand: np.ndarray
    heard: np.ndarray
    alone: np.ndarray
    against: np.ndarray
    bias: np.ndarray

    @classmethod
    def empty(cls, names: list[str], actors: np.ndarray, truth: np.ndarray) -> HeldOut:
        """Nothing predicted yet."""
        blank = [np.zeros((len(names), _CLASSES)) for _ in range(6)]
        return cls(names, actors, truth, np.full(len(names), -1), *blank)

    def together(self) -> np.ndarray:
        """Logits (N, 8) of clips read by themselves."""
        return self.network + FEATURE_WEIGHT * self.alone

    def nested(self) -> np.ndarray:
        """Logits (N, 8) with what each part counts chosen anew for every fold, by the UAR of the other folds."""
        choices = [
            self.heard + hand * self.hand + network * self.network
            for hand in (0, 0.25, 0.5, 1)
            for network in (0, 0.25, 0.5, 1)
        ]
        result = np.zeros(self.network.shape)
        for k in np.unique(self.fold):
            others = self.fold != k
            best = max(
                choices,
                key=lambda logits: recalls(confusion(self.truth[others], logits[others].argmax(1), _CLASSES))[1],
            )
            result[~others] = best[~others]
        return result

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

    def cross_calibrated(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities (N, 8), each fold's with the temperature that suits the other folds."""
        chances = np.zeros(logits.shape)
        for k in np.unique(self.fold):
            inside = self.fold == k
            chances[inside] = softmax(logits[inside] / temperature(logits[~inside], self.truth[~inside]), axis=1)
        return chances

    def save(self, path: Path, card: dict, features: np.ndarray) -> None:
        """Write what another model may learn from: the arrays above, ``probabilities`` (N, 8) calibrated across folds,
        ``probabilities_compared`` (the same against the person's mean) and ``embedding``, the clips' standardised
        hand-made features (N, F) float16, which no label went into."""
        spread = features.std(axis=0) + 1e-6
        embedding = np.clip((features - features.mean(axis=0)) / spread, -8, 8).astype(np.float16)
        with runs.whole(path) as partial:
            np.savez(
                partial,
                names=self.names,
                actors=self.actors,
                truth=self.truth,
                fold=self.fold,
                network=self.network,
                hand=self.hand,
                heard=self.heard,
                alone=self.alone,
                against=self.against,
                bias=self.bias,
                logits=self.together(),
                probabilities=self.cross_calibrated(self.together()),
                probabilities_compared=self.cross_calibrated(self.compared()),
                embedding=embedding,
                version=card["version"],
            )


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """What to divide logits (N, 8) by so that their likelihood is greatest (Guo et al., 2017)."""

    def loss(value: float) -> float:
        return -float(np.mean(log_softmax(logits / value, axis=1)[np.arange(len(truth)), truth]))

    return float(minimize_scalar(loss, bounds=(0.1, 20), method="bounded").x)


def threshold(chances: np.ndarray, truth: np.ndarray, wanted: float = RIGHT_WHEN_SURE) -> float:
    """The lowest confidence from which on the readings are right in a share of ``wanted``; 1 where none is."""
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= wanted)
    return round(float(confidence[order][enough[-1]]), 4) if len(enough) else 1.0


def selective(chances: np.ndarray, truth: np.ndarray, seconds: np.ndarray, least: float) -> dict[str, float | None]:
    """How often readings of at least this confidence are right, and what share of clips and of speech (s) they are."""
    sure = chances.max(axis=1) >= least
    right = chances.argmax(axis=1) == truth
    return {
        "threshold": least,
        "coverage": float(sure.mean()),
        "coverage_of_seconds": float(seconds[sure].sum() / seconds.sum()),
        "accuracy": float(right[sure].mean()) if sure.any() else None,
        "accuracy_of_the_rest": float(right[~sure].mean()) if not sure.all() else None,
    }
