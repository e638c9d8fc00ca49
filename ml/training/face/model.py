"""The face classifier: a small XCeption for grey faces.

Depthwise separable convolutions in residual blocks after Chollet, "Xception: Deep Learning with Depthwise
Separable Convolutions" (CVPR 2017), with squeeze and excitation (Hu et al., CVPR 2018); its small relative for FER2013
is the mini-XCEPTION of Arriaga et al. (2017). Plain Keras 3: it trains on TensorFlow, Torch or JAX.
"""

from __future__ import annotations

import keras
from keras import layers

from ml.core.emotions import FACE_EMOTIONS, SEVEN

#: Side of the square grey input, in pixels: a crop's own.
SIZE = 48
#: Name of the last convolutional feature map (an eighth of the input): class activation maps are read here.
LAST_MAP = "last_map"
#: The two heads and their classes: FER2013's own labels, and the votes of FER+'s ten annotators.
HEADS = {"labels": SEVEN, "votes": FACE_EMOTIONS}
#: Layers at half the crop's size and on the way to a quarter: what they see is much the same for every task.
EARLY = ("stem", "entry1", "entry2")


def build(
    size: int | None = SIZE,
    stem: int = 64,
    width: int = 256,
    middle: int = 2,
    exit_channels: int = 512,
    dropout: float = 0.4,
    norm: type[keras.layers.Layer] = layers.BatchNormalization,
    data_format: str = "channels_last",
) -> keras.Model:
    """Build the network: grey levels (N, size, size, 1) in 0..255 to logits {``labels``: (N, 7), ``votes``: (N, 8)}.

    Both are in the order of FACE_EMOTIONS, whose last, contempt, FER2013 does not label. ``stem`` is the width at half
    the size, ``width`` and ``middle`` the width and the number of residual blocks at a quarter, ``exit_channels`` the
    width at an eighth. No weight's shape depends on ``size``; None leaves it open. ``norm`` may be another class with
    the weights of batch normalisation (see ``ml.training.face.norm``); ``data_format`` changes the order of
    computation only. Temperature and softmax are applied by the caller: ``ml.face.classifier``.
    """

    order = {"data_format": data_format}
    normal = {"momentum": 0.95, "axis": 1 if data_format == "channels_first" else -1}

    def separable(x, channels: int, name: str):
        x = layers.Activation("relu", name=f"{name}_relu")(x)
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, **order, name=f"{name}_depthwise")(x)
        x = layers.Conv2D(channels, 1, use_bias=False, **order, name=f"{name}_pointwise")(x)
        return norm(**normal, name=f"{name}_norm")(x)

    def halve(x, channels: int, name: str):
        shortcut = layers.AveragePooling2D(2, **order, name=f"{name}_shortcut_pool")(x)
        shortcut = layers.Conv2D(channels, 1, use_bias=False, **order, name=f"{name}_shortcut")(shortcut)
        shortcut = norm(**normal, name=f"{name}_shortcut_norm")(shortcut)
        x = separable(x, channels // 2, f"{name}_a")
        x = layers.MaxPooling2D(2, **order, name=f"{name}_pool")(x)
        x = separable(x, channels, f"{name}_b")
        return layers.Add(name=f"{name}_add")([x, shortcut])

    def keep(x, channels: int, name: str):
        y = separable(x, channels, f"{name}_a")
        y = separable(y, channels, f"{name}_b")
        gate = layers.GlobalAveragePooling2D(keepdims=True, **order, name=f"{name}_squeeze")(y)
        gate = layers.Conv2D(channels // 8, 1, activation="relu", **order, name=f"{name}_excite_a")(gate)
        gate = layers.Conv2D(channels, 1, activation="sigmoid", **order, name=f"{name}_excite_b")(gate)
        return layers.Add(name=f"{name}_add")([x, layers.Multiply(name=f"{name}_gate")([y, gate])])

    inputs = keras.Input((size, size, 1), name="grey")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(inputs)
    if data_format == "channels_first":
        x = layers.Reshape((1, size, size), name="channel_first")(x)
    x = layers.Conv2D(stem, 5, strides=2, padding="same", use_bias=False, **order, name="stem")(x)
    x = norm(**normal, name="stem_norm")(x)
    x = keep(x, stem, "entry1")
    x = halve(x, width, "entry2")
    for i in range(middle):
        x = keep(x, width, f"middle{i + 1}")
    x = halve(x, exit_channels, "exit")
    x = keep(x, exit_channels, "last")
    x = layers.Activation("relu", name=LAST_MAP)(x)
    x = layers.GlobalAveragePooling2D(**order, name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = {name: layers.Dense(len(classes), dtype="float32", name=name)(x) for name, classes in HEADS.items()}
    return keras.Model(inputs, outputs, name="face_xception")
