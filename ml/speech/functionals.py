"""Hand-made features of a window of speech: contours of pitch, timbre and voice quality, summed up by statistics.

In the manner of the ComParE and GeMAPS sets (Schuller et al., 2013; Eyben et al., 2016), written anew in numpy: about
thirty contours a window, each as statistics of level, spread, shape over time and change. Nothing depends on the gain,
and nothing on the length of the window but through rates.
"""

from __future__ import annotations

import numpy as np

from ml.speech.dct import cosines
from ml.speech.features import FFT, HOP, RANGE_DB, RATE, frame_power, mel_filters
from ml.speech.pitch import Search

CEPSTRA = 14
PITCH_FRAME = 400  # samples of 8 kHz sound: 50 ms
_SEARCH = Search(rate=RATE // 2, frame=PITCH_FRAME, fft=540, lowest=65.0, highest=600.0, voiced=0.45)
SEGMENTS = 5  # parts of a window whose means give the shape over time
PERCENTILES = (5, 25, 50, 75, 95)


def _halved(samples: np.ndarray) -> np.ndarray:
    """16 kHz to 8 kHz behind a short half-band low-pass: 23 taps, every other of which is 0 but for the middle one."""
    n = np.arange(-11, 12, 2)
    taps = (0.5 * np.sinc(n / 2) * np.hamming(23)[::2]).astype(np.float32)
    even, odd = samples[::2], samples[1::2]
    odd = np.pad(odd, (6, 5 + len(even) - len(odd)))
    return 0.5 * even + np.correlate(odd, taps, mode="valid")


def voicing(samples: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in semitones above 55 Hz (NaN where unvoiced) and strength of the autocorrelation (0..1), each (frames,).

    Between 65 and 600 Hz at 8 kHz (`pitch.Search`). Frame ``i`` is centred where `features.log_mel` has it.
    """
    sound = _halved(np.asarray(samples, np.float32))
    lead = (PITCH_FRAME - FFT // 2) // 2
    need = (frames - 1) * (HOP // 2) + PITCH_FRAME
    sound = np.pad(sound, (lead, max(0, need - lead - len(sound))))[:need]
    hertz, strength, voiced = _SEARCH.run(sound, HOP // 2)
    semitones = 12 * np.log2(hertz / 55)
    return np.where(voiced, semitones, np.nan).astype(np.float32), np.clip(strength, 0, 1).astype(np.float32)


def contours(samples: np.ndarray, power: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per 10 ms frame: contours (frames, K), voiced ones (frames, V; NaN where unvoiced), whether it sounds (bool)."""
    samples = np.pad(np.asarray(samples, np.float32), (0, max(0, FFT - len(samples))))
    power = frame_power(samples) if power is None else power
    mel = 10 * np.log10(power @ mel_filters() + 1e-10)
    top = np.percentile(mel.max(axis=1), 95)
    mel = np.maximum(mel - top, -RANGE_DB)
    floor = float(10 ** ((top - RANGE_DB) / 10))
    bins = np.arange(power.shape[1]) * RATE / FFT
    power = power + floor / 20
    decibels = np.log(power) * np.float32(10 / np.log(10))  # numpy's log is much faster than its log10
    total = power[:, 2:].sum(axis=1)
    level = 10 * np.log10(total)
    level = level - np.percentile(level, 95)
    share = power[:, 2:] / total[:, None]
    centroid = share @ bins[2:]
    spread = np.sqrt(np.maximum(share @ bins[2:] ** 2 - centroid**2, 1))
    rolloff = bins[2:][(np.cumsum(share, axis=1) < 0.85).sum(axis=1).clip(0, len(bins) - 3)]
    entropy = -(share * np.log(share)).sum(axis=1)

    def band(low: float, high: float) -> np.ndarray:
        return power[:, (bins >= low) & (bins < high)]

    def slope(low: float, high: float) -> np.ndarray:
        inside = (bins >= low) & (bins <= high)
        x = bins[inside] - bins[inside].mean()
        return decibels[:, inside] @ (x / (x**2).sum()) * 1000

    alpha = 10 * np.log10(band(50, 1000).sum(axis=1) / band(1000, 5000).sum(axis=1))
    hammarberg = 10 * np.log10(band(0, 2000).max(axis=1) / band(2000, 5000).max(axis=1))
    change = np.diff(mel, axis=0, prepend=mel[:1])
    flux = np.maximum(change, 0).mean(axis=1)
    cepstra = mel @ cosines(CEPSTRA)
    cepstra = cepstra.astype(np.float64)
    wide = np.column_stack(
        [
            cepstra,
            level,
            centroid / 1000,
            spread / 1000,
            rolloff / 1000,
            entropy,
            alpha,
            hammarberg,
            slope(60, 500),
            slope(500, 1500),
            slope(1500, 5000),
            flux,
        ]
    )
    pitch, strength = voicing(samples, len(power))
    hertz = np.where(np.isfinite(pitch), 55 * 2 ** (pitch / 12), 200.0)
    row = np.arange(len(power))

    def harmonic(number: int) -> np.ndarray:
        place = np.clip(np.rint(hertz * number * FFT / RATE).astype(int), 1, len(bins) - 2)
        return np.maximum(decibels[row, place], np.maximum(decibels[row, place - 1], decibels[row, place + 1]))

    first = harmonic(1)
    noise = 10 * np.log10(np.clip(strength, 0.01, 0.999) / (1 - np.clip(strength, 0.01, 0.999)))
    third = decibels[:, (bins >= 2200) & (bins <= 3600)].max(axis=1)
    formant = decibels[:, (bins >= 300) & (bins <= 1100)].max(axis=1)
    voiced = np.column_stack([pitch, noise, first - harmonic(2), first - third, first - formant, level])
    voiced[np.isnan(pitch)] = np.nan
    return wide, voiced, level > -40


def _delta(rows: np.ndarray) -> np.ndarray:
    """Regression slope over five frames (dB or units per frame)."""
    padded = np.pad(rows, ((2, 2), (0, 0)), mode="edge")
    return (2 * (padded[4:] - padded[:-4]) + padded[3:-1] - padded[1:-3]) / 10


def _statistics(rows: np.ndarray) -> np.ndarray:
    """(N, K) to (10, K): mean, spread, percentiles, range, slope and bend over the window."""
    if len(rows) < 3:
        rows = np.zeros((3, rows.shape[1])) if not len(rows) else np.resize(rows, (3, rows.shape[1]))
    time = np.linspace(-1, 1, len(rows))
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    quantiles = np.percentile(rows, PERCENTILES, axis=0)
    square = time**2 - (time**2).mean()
    slope = time @ (rows - middle) / (time**2).sum()
    bend = square @ (rows - middle) / (square**2).sum()
    return np.vstack([middle, spread, quantiles, quantiles[4] - quantiles[0], slope, bend])


def _changes(rows: np.ndarray) -> np.ndarray:
    """(N, K) of changes to (4, K): mean size, spread, 5th and 95th percentile."""
    if not len(rows):
        return np.zeros((4, rows.shape[1]))
    return np.vstack([np.abs(rows).mean(axis=0), rows.std(axis=0), np.percentile(rows, (5, 95), axis=0)])


def _runs(flags: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return edges[1::2] - edges[::2]


def functionals(samples: np.ndarray, power: np.ndarray | None = None) -> np.ndarray:
    """A window's features, float32 (549,), from float mono at 16 kHz between first and last speech; all finite.

    ``power`` is `features.frame_power` of the samples, where that is known already.
    """
    wide, voiced, sounding = contours(samples, power)
    if sounding.sum() < 5:
        sounding = np.ones(len(wide), bool)
    speaking = np.isfinite(voiced[:, 0])
    change = _delta(wide)
    parts = [_statistics(wide[sounding]), _changes(change[sounding])]
    loud = wide[speaking] if speaking.any() else np.zeros((1, wide.shape[1]))
    parts.append(np.vstack([loud.mean(axis=0), loud.std(axis=0)]))
    said = voiced[speaking]
    both = speaking[4:] & speaking[:-4]
    rise = (voiced[4:] - voiced[:-4])[both]
    parts += [_statistics(said), _changes(rise)]
    flat = [part.ravel() for part in parts]
    timbre = wide[:, [0, 1, 2, CEPSTRA, CEPSTRA + 1, CEPSTRA + 5]]
    shape = np.column_stack([timbre, np.nan_to_num(voiced[:, :2], nan=0)])
    weight = np.column_stack([np.repeat(sounding[:, None], 6, 1), np.repeat(speaking[:, None], 2, 1)]).astype(float)
    whole = (shape * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1)
    for values, weights in zip(np.array_split(shape, SEGMENTS), np.array_split(weight, SEGMENTS), strict=True):
        count = weights.sum(axis=0)
        flat.append(np.where(count > 0, (values * weights).sum(axis=0) / np.maximum(count, 1) - whole, 0))
    flat.append(_rhythm(wide[:, CEPSTRA], speaking, sounding))
    flat.append(_modulation(wide[:, [CEPSTRA, CEPSTRA + 1, 0]]))
    return np.nan_to_num(np.concatenate(flat), posinf=0, neginf=0).astype(np.float32)


def _rhythm(level: np.ndarray, speaking: np.ndarray, sounding: np.ndarray) -> np.ndarray:
    """Shares and rates (a second) of voiced, sounding and loudness peaks, lengths of the stretches in seconds."""
    seconds = len(level) * HOP / RATE
    smooth = np.convolve(level, np.hanning(9)[1:-1] / np.hanning(9).sum(), mode="same")
    peaks = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > -25)
    voiced, gaps = _runs(speaking) / 100, _runs(~sounding) / 100
    return np.array(
        [
            speaking.mean(),
            sounding.mean(),
            peaks.sum() / seconds,
            len(voiced) / seconds,
            voiced.mean() if len(voiced) else 0,
            voiced.std() if len(voiced) else 0,
            voiced.max() if len(voiced) else 0,
            len(gaps) / seconds,
            gaps.mean() if len(gaps) else 0,
            gaps.max() if len(gaps) else 0,
        ]
    )


def _modulation(rows: np.ndarray) -> np.ndarray:
    """Strength (log) of each contour's ups and downs around 1.5, 3, 6, 12 and 24 a second."""
    rows = (rows - rows.mean(axis=0)) * np.hanning(len(rows))[:, None]
    spectrum = np.abs(np.fft.rfft(rows, 512, axis=0)) ** 2 / len(rows)
    rates = np.arange(len(spectrum)) * 100 / 512
    bands = [spectrum[(rates >= low) & (rates < 2 * low)].mean(axis=0) for low in (1, 2, 4, 8, 16)]
    return np.log(np.array(bands) + 1e-6).ravel()
