"""The network: three Conv1D blocks and an LSTM over word vectors, five independent sigmoids.

Keras 3 with no backend touched. The Big Five are five yes/no questions, not five classes of which one is right: a
softmax would make them compete."""

from __future__ import annotations

import keras
from keras import layers

from ml.core.readings import TRAITS
from ml.text.vectors import DIMENSIONS
from ml.text.windows import WINDOW

#: Tokens that are pooled into one after each block: 256 -> 64 -> 32 -> 16 steps of the LSTM.
POOLS = (4, 2, 2)


def build(width: int = 32, units: int = 32, *, noise: float = 0.3, dropout: float = 0.5) -> keras.Model:
    """An untrained network: word vectors float32 (batch, WINDOW, 300) -> probabilities (batch, 5), in TRAITS' order.

    ``noise`` drops whole channels after each block, ``dropout`` acts in the dense layers. The mean of the word
    vectors goes past the blocks straight to the outputs ("wide and deep", Cheng et al. 2016): what a text is about
    is no matter of order, and the deep part is left to find what the mean misses. The vectors themselves are not
    trained."""
    penalty = keras.regularizers.L2
    inputs = keras.Input((WINDOW, DIMENSIONS), name="vectors")
    x = inputs
    for block, pool in enumerate(POOLS, start=1):
        x = layers.Conv1D(
            width, 3, padding="same", use_bias=False, kernel_regularizer=penalty(1e-3), name=f"conv{block}"
        )(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"norm{block}")(x)
        x = layers.ReLU(name=f"relu{block}")(x)
        x = layers.MaxPooling1D(pool, name=f"pool{block}")(x)
        x = layers.SpatialDropout1D(noise, name=f"drop{block}")(x)
    order = layers.LSTM(units, return_sequences=True, name="lstm")(x)
    order = layers.GlobalAveragePooling1D(name="average_order")(order)
    style = layers.GlobalAveragePooling1D(name="average_blocks")(x)
    deep = layers.Concatenate(name="deep")([order, style])
    deep = layers.BatchNormalization(momentum=0.95, name="norm_deep")(deep)
    deep = layers.Dropout(dropout, name="drop_deep")(deep)
    deep = layers.Dense(16, activation="relu", kernel_regularizer=penalty(1e-3), name="dense")(deep)
    deep = layers.Dropout(dropout, name="drop_dense")(deep)
    deep = layers.Dense(len(TRAITS), kernel_regularizer=penalty(1e-2), name="deep_traits")(deep)
    # The mean's components spread about a tenth as far as the words': normalised, the optimiser sees one scale.
    wide = layers.GlobalAveragePooling1D(name="average_words")(inputs)
    wide = layers.BatchNormalization(momentum=0.95, name="norm_words")(wide)
    wide = layers.Dropout(0.3, name="drop_words")(wide)
    wide = layers.Dense(len(TRAITS), use_bias=False, kernel_regularizer=penalty(1e-2), name="wide_traits")(wide)
    logits = layers.Add(name="logits")([deep, wide])
    outputs = layers.Activation("sigmoid", dtype="float32", name="traits")(logits)
    return keras.Model(inputs, outputs, name="text")


def join(networks: list[keras.Model]) -> keras.Model:
    """Several networks as one: (batch, WINDOW, 300) -> probabilities (batch, networks, 5)."""
    inputs = keras.Input((WINDOW, DIMENSIONS), name="vectors")
    outputs = []
    for number, network in enumerate(networks):
        network.name = f"network{number}"
        outputs.append(layers.Reshape((1, len(TRAITS)), name=f"row{number}")(network(inputs)))
    joined = layers.Concatenate(axis=1, name="networks")(outputs) if len(outputs) > 1 else outputs[0]
    return keras.Model(inputs, joined, name="texts")
