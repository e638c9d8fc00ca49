"""The paper's last layer, which joins what the face's and the sound's networks say."""

from __future__ import annotations

import keras
import numpy as np

from ml.fusion.yakaew2021.stream import SENTIMENTS

#: Pairs of each class that the layer learns from.
PAIRS = 2000


def fit_head(seen, seen_class, sound, sound_class, random) -> tuple[np.ndarray, np.ndarray]:
    """The last layer's weights (6, 3) and biases (3,), by gradient descent on pairs of one class each."""
    rows, labels = [], []
    for k in range(len(SENTIMENTS)):
        for _ in range(PAIRS):
            face, voice = (
                random.choice(np.flatnonzero(seen_class == k)),
                random.choice(np.flatnonzero(sound_class == k)),
            )
            rows.append(np.concatenate([seen[face], sound[voice]]))
            labels.append(k)
    layer = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    layer.compile(keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")
    layer.fit(np.array(rows), np.array(labels), batch_size=64, epochs=20, verbose=0)
    weights, biases = layer.get_weights()
    return weights, biases


def apply_head(head, seen: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """The head's probabilities (N, 3) for the two branches' (N, 3) each."""
    scores = np.concatenate([seen, sound], axis=1) @ head[0] + head[1]
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)
