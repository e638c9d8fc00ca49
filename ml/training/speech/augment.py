"""Training batches: other voices, rooms and microphones out of the same clips.

Works on log-mel frames in dB, so that a batch costs milliseconds. Means: speed (pitch and tempo together, resampled
beforehand), a shift of the mel bands (vocal tract length), coloured noise and equalisation, SpecAugment (Park et al.,
2019), mixup (Zhang et al., 2018). Gain needs none: `features.normalise` takes it out.
"""

from __future__ import annotations

import numpy as np

from ml.core.emotions import SPEECH_EMOTIONS
from ml.speech.features import CHUNK, CHUNK_HOP, MELS, chunks, normalise

#: Chunks in a training window: 1.2 to 2.2 s; a batch is of one length.
LEAST, MOST = 6, 10


def cut(frames: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """``length`` frames of a clip from a random place; a shorter clip goes round again."""
    if len(frames) <= length:
        return np.resize(np.roll(frames, rng.integers(0, 20), axis=0), (length, MELS))
    start = rng.integers(0, len(frames) - length + 1)
    return frames[start : start + length]


def disturb(decibels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shift the bands, colour, add noise; (frames, MELS) in dB to the same."""
    bands = np.arange(MELS, dtype=np.float32)
    if rng.random() < 0.5:
        place = np.clip(bands + rng.uniform(-2.5, 2.5), 0, MELS - 1)
        low = np.minimum(place.astype(int), MELS - 2)
        decibels = decibels[:, low] + (decibels[:, low + 1] - decibels[:, low]) * (place - low)
    if rng.random() < 0.5:
        tilt = rng.uniform(-4, 4) * (bands / MELS - 0.5) * 2
        wave = np.cos(rng.uniform(1, 3) * np.pi * bands / MELS + rng.uniform(0, 6))
        decibels = decibels + tilt + rng.uniform(0, 3) * wave
    if rng.random() < 0.5:
        colour = rng.uniform(-15, 15) * (bands / MELS - 0.5)
        level = np.percentile(decibels.max(axis=1), 95) - rng.uniform(25, 65)
        noise = level + colour + 10 * np.log10(rng.exponential(size=decibels.shape) + 1e-3)
        decibels = np.logaddexp(decibels * 0.23026, noise * 0.23026) / 0.23026
    return decibels.astype(np.float32)


def mask(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """SpecAugment: up to two bands and two stretches of time become the window's mean. In place."""
    mean = frames.mean()
    for _ in range(2):
        width = rng.integers(0, 11)
        start = rng.integers(0, MELS - width)
        frames[:, start : start + width] = mean
        width = rng.integers(0, 21)
        start = rng.integers(0, len(frames) - width)
        frames[start : start + width] = mean
    return frames


class Batches:
    """Endless variations: each batch draws clips so that every emotion comes equally often, from each corpus that has
    it.

    ``voices`` is a list of (variants, label, known, corpus): variants (list of float16 (frames, MELS) dB), the
    emotion's index, which emotions its corpus has, and the corpus's number. Gives float32 (batch, chunks, CHUNK, MELS)
    and soft labels (batch, 8), with -1 for emotions that a clip's data set does not have.
    """

    def __init__(self, voices, steps: int, size: int = 48, seed: int = 0, mixing: float = 0.2):
        self.voices, self.steps, self.size, self.mixing = voices, steps, size, mixing
        labels, corpora = (np.array([voice[place] for voice in voices]) for place in (1, 3))
        counts = np.zeros((len(SPEECH_EMOTIONS), corpora.max() + 1))
        np.add.at(counts, (labels, corpora), 1)
        weight = 1 / counts[labels, corpora] / (counts > 0).sum(axis=1)[labels]
        self.chances = weight / weight.sum()
        self.seed = seed

    def batch(self, epoch: int, step: int):
        """The batch of one step: the same numbers give the same batch, so that training can go on where it stopped."""
        rng = np.random.default_rng((self.seed, epoch, step))
        count = int(rng.integers(LEAST // 2, MOST // 2 + 1)) * 2
        length = CHUNK + CHUNK_HOP * (count - 1)
        chosen = rng.choice(len(self.voices), self.size, p=self.chances)
        x = np.empty((self.size, length, MELS), np.float32)
        y = np.full((self.size, len(SPEECH_EMOTIONS)), -1, np.float32)
        for row, place in enumerate(chosen):
            variants, label, known, _ = self.voices[place]
            frames = variants[rng.integers(len(variants))].astype(np.float32)
            x[row] = mask(normalise(disturb(cut(frames, length, rng), rng)), rng)
            y[row, known] = 0.1 / len(known)
            y[row, label] += 0.9
        if self.mixing:
            share = rng.beta(self.mixing, self.mixing, self.size).astype(np.float32)
            share = np.maximum(share, 1 - share)
            other = rng.permutation(self.size)
            share = np.where(((y < 0) == (y[other] < 0)).all(axis=1), share, 1)
            x = share[:, None, None] * x + (1 - share[:, None, None]) * x[other]
            y = np.where(y < 0, -1, share[:, None] * y + (1 - share[:, None]) * y[other])
        return np.stack([chunks(frames) for frames in x]), y
