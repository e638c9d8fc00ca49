"""The face classifier: a small XCeption for 48x48 grey faces.

Depthwise separable convolutions in residual blocks after Chollet, "Xception: Deep Learning with Depthwise
Separable Convolutions" (CVPR 2017); its small relative for FER2013 is the mini-XCEPTION of Arriaga et al.
(2017). Plain Keras 3: it trains on TensorFlow, Torch or JAX.
"""

from __future__ import annotations

import keras
from keras import layers

from ml.readings import FACE_EMOTIONS

#: Side of the square grey input, in pixels.
SIZE = 48
#: Name of the last convolutional feature map (6x6): class activation maps are read here.
LAST_MAP = "last_map"


def build(
    stem: int = 48,
    width: int = 128,
    middle: int = 2,
    exit_channels: int = 256,
    dropout: float = 0.4,
    norm: type[keras.layers.Layer] = layers.BatchNormalization,
    data_format: str = "channels_last",
) -> keras.Model:
    """Build the network: grey levels (N, 48, 48, 1) in 0..255 to logits (N, 7) in the order of FACE_EMOTIONS.

    ``stem`` is the width at 24x24, ``width`` and ``middle`` the width and the number of residual blocks at
    12x12, ``exit_channels`` the width at 6x6. ``norm`` may be another class with the weights of batch
    normalisation (see ``ml.face.norm``); ``data_format`` changes the order of computation only, never the
    shape of a weight. Temperature and softmax are applied by the caller: ``ml.face.classifier``.
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
        return layers.Add(name=f"{name}_add")([x, y])

    inputs = keras.Input((SIZE, SIZE, 1), name="grey")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(inputs)
    if data_format == "channels_first":
        x = layers.Reshape((1, SIZE, SIZE), name="channel_first")(x)
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
    outputs = layers.Dense(len(FACE_EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, outputs, name="face_xception")
