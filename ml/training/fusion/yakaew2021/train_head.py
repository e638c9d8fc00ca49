"""The last layer of the paper's system, which joins what its networks of the face and of the voice answer."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

from ml.fusion.yakaew2021.stream import SENTIMENTS


def head_of(seen, seen_class, heard, heard_class, random) -> tuple[np.ndarray, np.ndarray]:
    """The last layer's weights (6, 3) and biases (3,), by gradient descent on pairs of one class each."""
    rows, labels = [], []
    for k in range(len(SENTIMENTS)):
        for _ in range(2000):
            face, sound = (
                random.choice(np.flatnonzero(seen_class == k)),
                random.choice(np.flatnonzero(heard_class == k)),
            )
            rows.append(np.concatenate([seen[face], heard[sound]]))
            labels.append(k)
    layer = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    layer.compile(keras.optimizers.SGD(0.5), loss="sparse_categorical_crossentropy")
    layer.fit(np.array(rows), np.array(labels), batch_size=64, epochs=20, verbose=0)
    weights, biases = layer.get_weights()
    return weights, biases
