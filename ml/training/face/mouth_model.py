"""Networks that tell an open mouth from a closed one. Plain Keras 3: they train on TensorFlow, Torch or JAX."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from ml.face.mouth import SHAPE

#: Side of the paper's input, in pixels.
PAPER_SIDE = 28


def paper_mouth() -> keras.Model:
    """The mouth classifier of Yakaew, Dailey and Racharak (ICPRAM 2021), layer by layer as their table 1 gives it.

    RGB (N, 28, 28, 3) in 0..255 to the probability (N, 1) of an open mouth; 1,252,571 parameters. Both convolutions are
    padded by two pixels, so that 28 becomes 14 and 7 by pooling alone (7 x 7 x 50 = 2,450 inputs of the 500). Weights
    start as Glorot & Bengio (2010) draw them, which is Keras' default.
    """
    inputs = keras.Input((PAPER_SIDE, PAPER_SIDE, 3), name="mouth")
    x = layers.Rescaling(1 / 255.0, name="rescale")(inputs)
    for number, filters in enumerate((20, 50), 1):
        x = layers.Conv2D(filters, 5, padding="same", activation="relu", name=f"convolution{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool{number}")(x)
        x = layers.Dropout(0.25, name=f"dropout{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(500, activation="relu", name="dense")(x)
    outputs = layers.Dense(1, activation="sigmoid", dtype="float32", name="open")(x)
    return keras.Model(inputs, outputs, name="paper_mouth")


def small_mouth(
    stem: int = 16, width: int = 32, last: int = 48, dropout: float = 0.4, name: str = "small_mouth"
) -> keras.Model:
    """A fortieth of the paper's parameters, on a wider cut: grey levels (N, 32, 56, 1) in 0..255 to a logit (N, 1).

    Each picture is brought to the same brightness and contrast first. The first layer sees every pixel and halves the
    picture; all others work on an eighth of it.
    """
    inputs = keras.Input((*SHAPE, 1), name="mouth")
    x = layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=64.0, center=False, scale=False, dtype="float32", name="contrast"
    )(inputs)
    x = layers.Conv2D(stem, 5, strides=2, padding="same", activation="relu", name="stem")(x)
    x = layers.MaxPooling2D(2, name="stem_pool")(x)
    x = layers.BatchNormalization(momentum=0.95, name="stem_norm")(x)
    for number, filters in enumerate((width, width, last), 1):
        if number == 3:
            x = layers.MaxPooling2D(2, name="pool")(x)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"convolution{number}")(x)
        x = layers.BatchNormalization(momentum=0.95, name=f"norm{number}")(x)
        x = layers.Activation("relu", name=f"relu{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(1, dtype="float32", name="open")(x)
    return keras.Model(inputs, outputs, name=name)


def committee(members: Sequence[keras.Model]) -> keras.Model:
    """Several small networks as one, trained on different parts of the faces: their mean logit (N, 1).

    Every second one looks at the mirror image, so that reading both costs no more. Averaging networks that err in
    different places errs less than one of them (Krogh and Vedelsby, NIPS 1994).
    """
    inputs = keras.Input((*SHAPE, 1), name="mouth")
    mirrored = keras.ops.flip(inputs, axis=2)
    parts = []
    for number, member in enumerate(members):
        part = small_mouth(name=f"member{number}")
        part.set_weights(member.get_weights())
        parts.append(part(mirrored if number % 2 else inputs))
    return keras.Model(inputs, layers.Average(name="open")(parts), name="mouth")
