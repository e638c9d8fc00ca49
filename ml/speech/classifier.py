"""From a window of sound to emotions: a network on the spectrogram, and a linear discriminant on what two encoders
that have heard much speech hear in it.

Both give logits. Their weighted sum, divided by a temperature, is the reading of a window by itself. A window that
sounds unlike all training data (`familiarity`) is read at a much higher temperature: there the model was measured to be
right in a third of cases at most, and says so. They also have logits that suit a comparison with the same person's
other windows (`compared`): the mean over all that person's windows is taken out of them. That comparison pays where the
person has shown many emotions, and misleads where they have not (see the model card), so no reading of an interview
uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ml.core import registry, runtime
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.naming import is_sure
from ml.core.statistics import softmax
from ml.speech.encoder import Encoders, encode, sessions
from ml.speech.familiarity import Corpus, Familiarity, foreign
from ml.speech.features import frame_power, network_input

FEATURE_WEIGHTS = "speech_features.npz"


@dataclass(frozen=True)
class Discriminant:
    """A linear map from features (N, F) to logits (N, 8): ``weight`` (F, 8), ``bias`` (8,)."""

    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """The scores (N, K) of features (N, D)."""
        return np.asarray(features, np.float64) @ self.weight + self.bias


@dataclass(frozen=True)
class Scores:
    """A window's (or a clip's mean) logits, each (8,): the ``network``'s, ``alone`` (what the encoders hear, read by
    itself) and ``against`` (the same, read for a comparison with the person's others); and its ``distance`` from the
    training data."""

    network: np.ndarray
    alone: np.ndarray
    against: np.ndarray
    distance: float = 0.0


_PARTS = ("network", "alone", "against", "distance")


def mean(scores: list[Scores]) -> Scores:
    """The mean of several windows' scores."""
    return Scores(*(np.mean([getattr(s, name) for s in scores], axis=0) for name in _PARTS))


@dataclass(frozen=True)
class Models:
    """All that a window is read with, of one version: opened once for a recording, weights that are replaced while it
    is read are not mixed in, and no file is looked at for each window. Without a ``network`` (the cross-validation's
    members, which others are measured with) the encoders speak alone."""

    network: runtime.Network | None
    encoders: Encoders
    discriminants: tuple[Discriminant, Discriminant]
    familiarity: Familiarity
    card: dict[str, Any]


def opened() -> Models:
    """The shipped models. Raises ModelMissing."""
    return Models(runtime.network("speech", _layers), sessions(), *_features(), shipped())


def _layers() -> dict[str, Any]:
    from ml.speech.keras_layers import Fold, Unfold  # loads Keras, which ONNX Runtime does without

    return {"viva>Fold": Fold, "viva>Unfold": Unfold}


def score(window: np.ndarray, models: Models | None = None) -> Scores:
    """The scores of a window's samples (float32 mono, 16 kHz, from first to last speech). Raises ModelMissing."""
    models = models or opened()
    power = frame_power(window)
    features = encode(power, models.encoders)
    network = np.zeros(len(SPEECH_EMOTIONS))
    if models.network is not None:
        logits = models.network.run(network_input(window, power)[None])
        network = logits[0].astype(np.float64) / models.card["network_shrinks"]
    alone, against = (each(features) for each in models.discriminants)
    return Scores(network, alone, against, float(models.familiarity(features[None])[0]))


def shipped() -> dict[str, Any]:
    """The shipped model's metadata. Raises ModelMissing."""
    return registry.describe("speech")


def discriminants() -> tuple[Discriminant, Discriminant]:
    """The shipped linear maps: for a window by itself, and against the person's others. Raises ModelMissing."""
    return _features()[0]


def _features() -> tuple[tuple[Discriminant, Discriminant], Familiarity]:
    path = registry.file_of("speech", FEATURE_WEIGHTS)
    return _read(path, registry.stamp(path))


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: registry.Stamp) -> tuple[tuple[Discriminant, Discriminant], Familiarity]:
    with np.load(path) as stored:
        alone, against = (
            Discriminant(stored[f"{name}_weight"].astype(np.float64), stored[f"{name}_bias"].astype(np.float64))
            for name in ("alone", "against")
        )
        corpora = tuple(Corpus.of(stored, str(name), float(stored[f"{name}/limit"])) for name in stored["corpora"])
    return (alone, against), Familiarity(corpora)


def probabilities(window: np.ndarray, models: Models | None = None) -> np.ndarray:
    """Calibrated probabilities (8,) in the order of SPEECH_EMOTIONS of a window's samples, read by itself."""
    models = models or opened()
    return alone(score(window, models), models.card)


def alone(scores: Scores, card: dict) -> np.ndarray:
    """Calibrated probabilities (8,) of scores that are read by themselves."""
    logits = scores.network + card["feature_weight"] * scores.alone
    return calibrated(logits[None], np.array([scores.distance]), card)[0]


def calibrated(logits: np.ndarray, distance: np.ndarray, card: dict) -> np.ndarray:
    """Probabilities (N, 8) of logits (N, 8) of windows at a ``distance`` (N,) from the training data: a mixture of
    those at the temperature of familiar sound and those at that of foreign sound, which rises with the distance."""
    share = np.asarray(foreign(distance, card["distance_width"]))[:, None]
    far = card["temperature_far"] * np.maximum(distance, 1.0)[:, None] ** card["distance_power"]
    return (1 - share) * softmax(logits / card["temperature"]) + share * softmax(logits / far)


def compared(scores: list[Scores], card: dict) -> np.ndarray:
    """Calibrated probabilities (N, 8) of one person's N windows or clips, each read against the mean of them all.

    It takes for granted that the person has shown all eight emotions about equally often among them.
    """
    bias = discriminants()[1].bias
    rows = combined_against(np.array([s.network for s in scores]), np.array([s.against for s in scores]), bias, card)
    return np.array([softmax(row / card["temperature_compared"]) for row in rows])


def combined_against(network: np.ndarray, against: np.ndarray, bias: np.ndarray, card: dict) -> np.ndarray:
    """Logits (N, 8) of one person's N clips less their mean; ``bias`` (8,) is what a person's mean voice would have."""
    weight = card["feature_weight"]
    rows = network + weight * (against - bias)
    return rows - rows.mean(axis=0) + weight * bias


def abstains(chances: np.ndarray, card: dict) -> bool:
    """Whether a reading (8,) is too unsure to be shown as one emotion."""
    return not is_sure(chances, card["abstain_below"])
