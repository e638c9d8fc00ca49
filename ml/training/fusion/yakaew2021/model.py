"""The system of the lightweight-networks paper, built as its Tables 1 to 4 say; in Keras, to train and to count.

Yakaew, Dailey and Racharak, "Multimodal Sentiment Analysis on Video Streams using Lightweight Deep Neural Networks"
(ICPRAM 2021). Four networks: mouth open or closed, face, sound, and face with sound. The tables leave open how the two
branches of the last one meet; the only reading that gives its 2,646,107 parameters joins their two softmax outputs and
puts one softmax layer of 6 x 3 weights and 3 biases behind them.
"""

from __future__ import annotations

import keras
from keras import layers

from ml.fusion.yakaew2021.spectrogram import SIDE
from ml.fusion.yakaew2021.stream import SENTIMENTS
from ml.training.face.mouth_model import (
    paper_mouth as mouth,  # Table 1; grey levels come in 0..255 and are brought to 0..1
)

#: Parameters that the paper's tables state (trained and running ones together).
STATED = {"mouth": 1_252_571, "visual": 136_259, "audio": 2_509_827, "audiovisual": 2_646_107}
FACE = 96
__all__ = ["FACE", "STATED", "audio", "audiovisual", "mouth", "visual"]


def visual() -> keras.Model:
    """Table 2: float32 (batch, 96, 96, 3), 0..1, to probabilities of SENTIMENTS (batch, 3)."""
    return _sentiment("visual", FACE, (16, 32, 64), dropout=0.25)


def audio() -> keras.Model:
    """Table 3: spectrograms float32 (batch, 400, 400, 3), 0..1, to probabilities of SENTIMENTS (batch, 3)."""
    return _sentiment("audio", SIDE, (32, 64, 128), dropout=0.0)


def audiovisual(face: keras.Model | None = None, sound: keras.Model | None = None) -> keras.Model:
    """The head over both: [faces, spectrograms] to probabilities (batch, 3); ``face`` and ``sound`` may be trained."""
    face, sound = face or visual(), sound or audio()
    inputs = [keras.Input((FACE, FACE, 3), name="face"), keras.Input((SIDE, SIDE, 3), name="spectrogram")]
    both = layers.Concatenate(name="both")([face(inputs[0]), sound(inputs[1])])
    return keras.Model(inputs, layers.Dense(len(SENTIMENTS), activation="softmax", name="sentiment")(both))


def _sentiment(name: str, side: int, filters: tuple[int, int, int], dropout: float) -> keras.Model:
    """Tables 2 and 3 share a shape: five convolutions with batch normalisation, three poolings, a layer of 16."""
    first, second, third = filters
    model = keras.Sequential(name=name)
    model.add(keras.Input((side, side, 3)))
    for number, (kernels, pool) in enumerate(((first, 3), (second, 0), (second, 2), (third, 0), (third, 2)), start=1):
        model.add(layers.Conv2D(kernels, 3, padding="same", activation="relu", name=f"convolution{number}"))
        model.add(layers.BatchNormalization(name=f"normalisation{number}"))
        if pool:
            model.add(layers.MaxPooling2D(pool))
            if dropout:
                model.add(layers.Dropout(dropout))
    model.add(layers.Flatten())
    model.add(layers.Dense(16, activation="relu", name="connected"))
    model.add(layers.BatchNormalization(name="normalisation6"))
    model.add(layers.Dense(len(SENTIMENTS), activation="softmax", name="sentiment"))
    return model
