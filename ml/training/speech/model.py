"""The network: a time-distributed CNN of four local feature learning blocks, an LSTM, attention over its outputs.

After Zhao, Mao & Chen, "Speech emotion recognition using deep 1D & 2D CNN LSTM networks" (Biomedical Signal Processing
and Control 47, 2019): each block is a convolution, batch normalisation, ELU, max pooling and dropout. Keras 3 alone, so
that it trains on TensorFlow, Torch or JAX.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from ml.core.emotions import SPEECH_EMOTIONS
from ml.speech.features import CHUNK, MELS
from ml.speech.keras_layers import Fold, Unfold

#: Channels and pooling (frames, bands) of the four blocks: 40 x 64 -> 10 x 32 -> 5 x 16 -> 1 x 8 -> 1 x 4. Time goes
#: first: 40 ms is finer than a syllable, while the low bands hold the harmonics of the voice.
BLOCKS = ((16, (4, 2)), (32, (2, 2)), (64, (5, 2)), (96, (1, 2)))
UNITS = 96


def _local_feature_learning_block(x, number: int, channels: int, pool: tuple[int, int], dropout: float):
    # pooling goes before the normalisation: the same maxima at a quarter of the work (the order of the original matters
    # only where a learnt scale is negative)
    x = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"conv{number}")(x)
    x = layers.MaxPooling2D(pool, name=f"pool{number}")(x)
    x = layers.BatchNormalization(momentum=0.95, name=f"norm{number}")(x)
    x = layers.Activation("elu", name=f"elu{number}")(x)
    return layers.SpatialDropout2D(dropout, name=f"drop{number}")(x)


def build(classes: int = len(SPEECH_EMOTIONS), dropout: float = 0.1) -> keras.Model:
    """The untrained network: float32 (batch, chunks, CHUNK, MELS) to logits (batch, classes)."""
    inputs = keras.Input((None, CHUNK, MELS), name="chunks")
    x = Fold(name="fold")(inputs)
    for number, (channels, pool) in enumerate(BLOCKS, start=1):
        x = _local_feature_learning_block(x, number, channels, pool, dropout)
    x = layers.Flatten(name="flatten")(x)
    x = Unfold(name="unfold")([x, inputs])
    x = layers.Dropout(0.3, name="drop_features")(x)
    x = layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True), name="lstm")(x)
    weight = layers.Softmax(axis=1, name="attention")(layers.Dense(1, name="attention_score")(x))
    x = ops.sum(x * weight, axis=1)
    x = layers.Dropout(0.4, name="drop_voice")(x)
    outputs = layers.Dense(classes, dtype="float32", name="logits")(x)
    return keras.Model(inputs, outputs, name="speech")
