"""Layers of ours in Keras files that ship: whoever loads such a file imports this first."""

from __future__ import annotations

import keras
from keras import layers, ops

from ml.speech.features import CHUNK, MELS


@keras.saving.register_keras_serializable("viva")
class Fold(layers.Layer):
    """(batch, chunks, CHUNK, MELS) to (batch * chunks, CHUNK, MELS, 1): the CNN sees each chunk by itself."""

    def call(self, inputs):
        """What the layer makes of its inputs."""
        return ops.reshape(inputs, (-1, CHUNK, MELS, 1))

    def compute_output_shape(self, _input_shape):
        """The shape of what `call` gives."""
        return (None, CHUNK, MELS, 1)


@keras.saving.register_keras_serializable("viva")
class Unfold(layers.Layer):
    """Undo `Fold`: [(batch * chunks, features), the network's input] to (batch, chunks, features)."""

    def call(self, inputs):
        """What the layer makes of its inputs."""
        features, like = inputs
        return ops.reshape(features, (-1, ops.shape(like)[1], features.shape[-1]))

    def compute_output_shape(self, input_shapes):
        """The shape of what `call` gives."""
        return (None, input_shapes[1][1], input_shapes[0][-1])
