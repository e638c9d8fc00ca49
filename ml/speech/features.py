"""From 16 kHz sound to log-mel windows: the same functions in training and in use.

A window is up to three seconds of sound from its first to its last speech frame, as a log-mel spectrogram whose level
is taken out (`normalise`), cut into short overlapping chunks for the time-distributed network (`chunks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import ModuleType

import numpy as np
from scipy import fft

from ml.speech import mel_library

RATE = 16_000
HOP = 160  # samples between frames: 10 ms
WINDOW = 400  # samples under a frame's Hann window: 25 ms
FFT = 512  # samples a frame reads; the window stands in their middle
MELS = 64
LOWEST_HZ, HIGHEST_HZ = 60.0, 7_600.0

CHUNK, CHUNK_HOP = 40, 20  # frames in a chunk and between chunks: 0.4 s and 0.2 s
WINDOW_SECONDS, WINDOW_HOP_SECONDS = 3.0, 1.5

#: Frames of a pause that are kept; a longer one in a window would count as timbre.
PAUSE = 15

#: Bands quieter than the window's loud frames by more than this are all alike, so that the reading rests neither on a
#: room's hum nor, through it, on the recording gain.
RANGE_DB = 55.0


def hertz_to_mel(hertz: np.ndarray | float) -> np.ndarray:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    hertz = np.asarray(hertz, float)
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / np.log(6.4))


def mel_to_hertz(mel: np.ndarray) -> np.ndarray:
    """The inverse of `hertz_to_mel`."""
    mel = np.asarray(mel, float)
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def mel_frequencies(count: int, lowest: float = LOWEST_HZ, highest: float = HIGHEST_HZ) -> np.ndarray:
    """``count`` frequencies in Hz from ``lowest`` to ``highest`` at equal distances in mel, float64 (count,)."""
    if (librosa := mel_library.chosen()) is not None:
        return np.asarray(librosa.mel_frequencies(n_mels=count, fmin=lowest, fmax=highest))
    return mel_to_hertz(np.linspace(hertz_to_mel(lowest), hertz_to_mel(highest), count))


def mel_filters(bands: int = MELS, lowest: float = LOWEST_HZ, highest: float = HIGHEST_HZ) -> np.ndarray:
    """Triangular filters of equal area between two frequencies (Hz), float32 (FFT // 2 + 1, bands)."""
    return _mel_filters(bands, lowest, highest, mel_library.chosen())


@lru_cache(maxsize=8)
def _mel_filters(bands: int, lowest: float, highest: float, librosa: ModuleType | None) -> np.ndarray:
    if librosa is not None:
        found = librosa.filters.mel(sr=RATE, n_fft=FFT, n_mels=bands, fmin=lowest, fmax=highest)
        return np.ascontiguousarray(found.T)
    edges = mel_frequencies(bands + 2, lowest, highest)
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[:-1]
    falling = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[1:]
    return (np.clip(np.minimum(rising, falling), 0, None) * 2 / (edges[2:] - edges[:-2])).astype(np.float32)


@lru_cache(maxsize=1)
def _hann() -> np.ndarray:
    window = np.zeros(FFT, np.float32)
    start = (FFT - WINDOW) // 2
    window[start : start + WINDOW] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return window


def log_mel(samples: np.ndarray, power: np.ndarray | None = None) -> np.ndarray:
    """Log-mel power spectrogram in dB, float32 (frames, MELS).

    ``samples``: float mono at 16 kHz, -1..1. Frame ``i`` reads samples ``HOP * i`` to ``HOP * i + FFT``; sound shorter
    than one frame is padded with zeros to one. ``power`` is `frame_power` of them, where that is known already.
    """
    power = frame_power(samples) if power is None else power
    return 10 * np.log10(power @ mel_filters() + 1e-10)


def frame_power(samples: np.ndarray) -> np.ndarray:
    """Power spectrum of each frame of `log_mel`, float32 (frames, FFT // 2 + 1)."""
    samples = np.asarray(samples, np.float32)
    if samples.size < FFT:
        samples = np.pad(samples, (0, FFT - samples.size))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FFT)[::HOP] * _hann()
    spectrum = fft.rfft(frames, axis=1)
    return spectrum.real**2 + spectrum.imag**2


def normalise(decibels: np.ndarray) -> np.ndarray:
    """Take the level out of a window: 0 is the 95th percentile of its frames' loudest bands, -1 is RANGE_DB below it.

    Any gain gives the same result: RAVDESS is 30 dB quieter than a headset, and within it loudness gives the emotion
    away, which in an interview would be the distance to the microphone. ``decibels`` (frames, MELS) to the same shape.
    """
    top = np.percentile(decibels.max(axis=1), 95)
    return np.maximum((decibels - top) / RANGE_DB, -1).astype(np.float32)


def chunks(frames: np.ndarray) -> np.ndarray:
    """Cut a normalised window (frames, MELS) into overlapping chunks (n >= 1, CHUNK, MELS).

    A window shorter than one chunk goes round again from its start. The last frames that fill no chunk are left out.
    """
    if len(frames) < CHUNK:
        frames = np.resize(frames, (CHUNK, frames.shape[1]))
    view = np.lib.stride_tricks.sliding_window_view(frames, CHUNK, axis=0)[::CHUNK_HOP]
    return np.ascontiguousarray(view.transpose(0, 2, 1))


def window_starts(frames: int) -> list[int]:
    """First frames of the windows that cover ``frames`` frames of an answer: every WINDOW_HOP_SECONDS, and a last one
    that reaches to the end. An answer of up to WINDOW_SECONDS is one window."""
    size, step = seconds_to_frames(WINDOW_SECONDS), seconds_to_frames(WINDOW_HOP_SECONDS)
    starts = list(range(0, max(1, frames - size + 1), step))
    if starts[-1] + size < frames:
        starts.append(frames - size)
    return starts


def seconds_to_frames(seconds: float) -> int:
    """Frames of 10 ms."""
    return round(seconds * RATE / HOP)


def network_input(samples: np.ndarray, power: np.ndarray | None = None) -> np.ndarray:
    """A window's samples (float mono, 16 kHz, first to last speech) as the network reads them: (n, CHUNK, MELS)."""
    return chunks(normalise(log_mel(samples, power)))


def without_pauses(samples: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """A window's samples with every pause shortened to PAUSE frames, from the middle.

    ``speech`` (bool) says for each frame from the window's first on whether somebody speaks; what follows the last of
    them stays. Acted clips have hardly a pause, answers are full of them.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[True], speech, [True]]).astype(np.int8)))
    kept = np.ones(len(samples), bool)
    for first, last in edges.reshape(-1, 2):
        if last - first > PAUSE:
            kept[(first + PAUSE // 2) * HOP : (last - PAUSE + PAUSE // 2) * HOP] = False
    return samples if kept.all() else samples[kept]


def steady_pieces(blocks: Iterable[np.ndarray], size: int, overlap: int = 0) -> Iterator[tuple[int, np.ndarray]]:
    """Cut a stream of blocks of any lengths into pieces of ``size`` samples that overlap by ``overlap``.

    Yields (first sample's index, piece); only the last piece may be shorter. What is computed piece by piece therefore
    does not depend, even in the last bit, on how the decoder cut the stream, and holds one piece and one block at most.
    """
    held: list[np.ndarray] = []
    length = start = 0
    step = size - overlap
    for block in blocks:
        held.append(np.asarray(block, np.float32))
        length += len(block)
        if length < size:
            continue
        joined = np.concatenate(held)
        at = 0
        while length - at >= size:
            yield start + at, joined[at : at + size]
            at += step
        held, length, start = [joined[at:].copy()], length - at, start + at
    if length > overlap or (start == 0 and length):
        yield start, np.concatenate(held)
