"""Speakers that nobody is: the same words with another pitch and another vocal tract, for training alone.

A resampled voice is higher, quicker and of a smaller head, as a tape played faster. Moving the envelope of its spectrum
changes the head alone and leaves the pitch. Source of the second: the cepstrum's low part as the vocal tract's filter
(A. Oppenheim, 1969, Speech analysis-synthesis system based on homomorphic filtering).
"""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.signal import resample

_FRAME, _HOP = 512, 128  # samples
_ENVELOPE = 30  # cepstra that make the envelope
_WINDOW = np.hanning(_FRAME + 1)[:-1].astype(np.float32)


def resampled(samples: np.ndarray, factor: float) -> np.ndarray:
    """Sound (N,) played ``factor`` times as fast, (about N / factor,) float32, without aliasing."""
    return resample(samples, round(len(samples) / factor)).astype(np.float32)


def reshaped(samples: np.ndarray, factor: float) -> np.ndarray:
    """Sound (N,) whose formants stand ``factor`` times as high, at the same pitch: float32 (N,)."""
    padded = np.pad(samples, (_FRAME, 2 * _FRAME)).astype(np.float32)
    spectrum = fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP] * _WINDOW, axis=1)
    cepstrum = fft.irfft(np.log(np.abs(spectrum) + 1e-5), axis=1)
    cepstrum[:, _ENVELOPE : 1 - _ENVELOPE] = 0
    envelope = fft.rfft(cepstrum, axis=1).real
    bins = np.clip(np.arange(_FRAME // 2 + 1) / factor, 0, _FRAME // 2 - 1e-3)
    first = bins.astype(int)
    part = (bins - first).astype(np.float32)
    moved = envelope[:, first] * (1 - part) + envelope[:, first + 1] * part
    frames = fft.irfft(spectrum * np.exp(np.clip(moved - envelope, -4, 4)), axis=1).astype(np.float32) * _WINDOW
    out, weight = np.zeros(len(padded), np.float32), np.zeros(len(padded), np.float32)
    for k in range(_FRAME // _HOP):
        own = frames[k :: _FRAME // _HOP]
        cut = slice(k * _HOP, k * _HOP + own.size)
        out[cut] += own.ravel()
        weight[cut] += np.tile(_WINDOW**2, len(own))
    return (out / np.maximum(weight, 1e-3))[_FRAME : _FRAME + len(samples)]
