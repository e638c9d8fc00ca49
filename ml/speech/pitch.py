"""Pitch by autocorrelation (Boersma, 1993): one search for the facts of delivery and for the hand-made features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

_OCTAVE_COST = 0.03  # preference for the higher of two equally strong candidates, an octave


@dataclass(frozen=True)
class Search:
    """How to look: samples a second, samples of a frame, an FFT no shorter than frame and longest lag together, the
    bounds in Hz, and the normalised autocorrelation above which a frame is voiced."""

    rate: int
    frame: int
    fft: int
    lowest: float
    highest: float
    voiced: float

    def run(self, samples: np.ndarray, hop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each frame of ``samples`` (float32, at least one frame long), every ``hop`` samples: the best
        candidate in Hz, the autocorrelation there, and whether it is a voice's (bool); each (frames,).

        The frame's autocorrelation is divided by its window's own; its highest peak is refined by a parabola.
        """
        window = np.hanning(self.frame).astype(np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(samples, self.frame)[::hop]
        frames = (frames - frames.mean(axis=1, keepdims=True)) * window
        shortest, longest = int(self.rate / self.highest), int(self.rate / self.lowest)
        own = self._autocorrelation(window[None])[:, : longest + 2]
        found = self._autocorrelation(frames)[:, : longest + 2]
        strength = found / np.maximum(found[:, :1], 1e-9) / (own / own[0, 0])
        lags = np.arange(longest + 2)
        peak = np.zeros(strength.shape, bool)
        middle = strength[:, 1:-1]
        peak[:, 1:-1] = (middle >= strength[:, :-2]) & (middle > strength[:, 2:])
        peak[:, :shortest] = False
        score = np.where(peak, strength - _OCTAVE_COST * np.log2(np.maximum(lags, 1) / shortest), -1)
        best = np.clip(score.argmax(axis=1), 1, longest)
        row = np.arange(len(frames))
        left, centre, right = strength[row, best - 1], strength[row, best], strength[row, best + 1]
        bend = left - 2 * centre + right
        shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0)
        hertz = self.rate / (best + np.clip(shift, -0.5, 0.5))
        return hertz, centre, (centre > self.voiced) & peak[row, best]

    def _autocorrelation(self, frames: np.ndarray) -> np.ndarray:
        spectrum = fft.rfft(frames, self.fft, axis=1)  # scipy's takes several frames at a time, numpy's one by one
        return fft.irfft(spectrum.real**2 + spectrum.imag**2, self.fft, axis=1)
