"""The paper's spectrograms: Hann windows of 1,400 samples at 48 kHz, 250 of them shared, drawn on 400 x 400 points.

A picture comes every 30 ms and brings its own 30 ms of sound: 1,440 samples, in which one window has room. Its picture
is therefore the spectrum of one moment, the same in every column; what longer sound would give has more columns.
"""

from __future__ import annotations

import cv2
import numpy as np

#: Samples a second, of a window, and that neighbouring windows share.
RATE, WINDOW, SHARED = 48_000, 1_400, 250
#: Samples of the 30 ms between two pictures, and the side of a spectrogram's picture.
CHUNK, SIDE = 1_440, 400
#: Decibels below full scale that are drawn black.
RANGE_DB = 120.0


def windows(samples: np.ndarray) -> np.ndarray:
    """Hann windows (T, WINDOW) of sound at RATE, each starting WINDOW - SHARED after the last; short sound is
    padded."""
    sound = np.pad(np.asarray(samples, np.float32), (0, max(0, WINDOW - len(samples))))
    cut = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[:: WINDOW - SHARED]
    return cut * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW, dtype=np.float32) / WINDOW))


def decibels(samples: np.ndarray) -> np.ndarray:
    """Magnitudes in dB (full scale is 0) of each window of sound at RATE: (WINDOW // 2 + 1, T), time to the right."""
    magnitude = np.abs(np.fft.rfft(windows(samples), axis=1)).T / (WINDOW / 4)
    return 20 * np.log10(np.maximum(magnitude, 10 ** (-RANGE_DB / 20)))


def picture(samples: np.ndarray) -> np.ndarray:
    """The spectrogram of sound at RATE as the audio network takes it: float32 (SIDE, SIDE, 3), 0..1, low pitches
    below."""
    levels = np.clip(decibels(samples) / RANGE_DB + 1, 0, 1).astype(np.float32)
    drawn = cv2.resize(levels[::-1], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.repeat(drawn[..., None], 3, axis=2)
