"""The sound network's 1-D equivalent: the same answers for 30 ms of sound, at a three-hundredth of the work.

In 30 ms one window has room, so all 400 columns of a spectrogram are the same (spectrogram.py), and so are its three
channels. A convolution over equal columns is one over the single column whose kernel is summed across. What ``build``
makes learns there; ``widened`` gives the paper's network of 400 x 400 x 3 that answers the same: kernels shared out
evenly over their width, and the connected layer's weights over the columns that no edge has touched (the touched ones
get 0).
"""

from __future__ import annotations

import cv2
import keras
import numpy as np
from keras import layers

from ml.fusion.yakaew2021.spectrogram import RANGE_DB, SIDE, WINDOW
from ml.fusion.yakaew2021.stream import SENTIMENTS
from ml.training.fusion.yakaew2021 import model as paper

#: Columns of the last map, how many of them on either side the padding of the edges has reached, and its channels.
COLUMNS, EDGE, CHANNELS = 33, 2, 128
_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW, dtype=np.float32) / WINDOW)


def column(pieces: np.ndarray) -> np.ndarray:
    """Any column of each piece's spectrogram: (N, CHUNK) at 48 kHz to float32 (N, SIDE, 1), as spectrogram.picture."""
    magnitude = np.abs(np.fft.rfft(np.asarray(pieces, np.float32)[:, :WINDOW] * _HANN, axis=1)).T / (WINDOW / 4)
    levels = np.clip(20 * np.log10(np.maximum(magnitude, 10 ** (-RANGE_DB / 20))) / RANGE_DB + 1, 0, 1)
    drawn = cv2.resize(levels[::-1].astype(np.float32), (len(pieces), SIDE), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(drawn.reshape(SIDE, -1).T)[..., None]


def build() -> keras.Model:
    """Columns float32 (batch, SIDE, 1), 0..1, to probabilities of SENTIMENTS (batch, 3); layers as paper.audio()."""
    model = keras.Sequential(name="equivalent_1d")
    model.add(keras.Input((SIDE, 1)))
    for number, (kernels, pool) in enumerate(((32, 3), (64, 0), (64, 2), (128, 0), (CHANNELS, 2)), start=1):
        model.add(layers.Conv1D(kernels, 3, padding="same", activation="relu", name=f"convolution{number}"))
        model.add(layers.BatchNormalization(momentum=0.95, name=f"normalisation{number}"))
        if pool:
            model.add(layers.MaxPooling1D(pool))
    model.add(layers.Flatten())
    model.add(layers.Dense(16, activation="relu", name="connected"))
    model.add(layers.BatchNormalization(momentum=0.95, name="normalisation6"))
    model.add(layers.Dense(len(SENTIMENTS), activation="softmax", name="sentiment"))
    return model


def widened(narrow: keras.Model) -> keras.Model:
    """The paper's sound network with a trained equivalent's weights: equal answers where columns are equal."""
    full = paper.audio()
    for layer in narrow.layers:
        weights = layer.get_weights()
        if not weights:
            continue
        if layer.name.startswith("convolution"):
            shape = full.get_layer(layer.name).kernel.shape
            shared = weights[0][:, None] / (3 * shape[2] / weights[0].shape[1])
            weights[0] = np.broadcast_to(shared, shape)
        elif layer.name == "connected":
            rows = weights[0].reshape(COLUMNS, 1, CHANNELS, -1)
            wide = np.zeros((COLUMNS, COLUMNS, CHANNELS, rows.shape[-1]), np.float32)
            wide[:, EDGE:-EDGE] = rows / (COLUMNS - 2 * EDGE)
            weights[0] = wide.reshape(-1, rows.shape[-1])
        full.get_layer(layer.name).set_weights(weights)
    return full
