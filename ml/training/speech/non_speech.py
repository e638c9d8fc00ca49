"""Sounds that are no voice, made by chance within wide bounds: what the voice network learns to leave alone.

Each maker takes a generator and a length in seconds and gives float samples at 16 kHz of any scale. They are
caricatures; what they cannot teach is said in MODEL_CARD.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter

from ml.speech.features import RATE

Maker = Callable[[np.random.Generator, float], np.ndarray]
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_TOP = 7_800.0  # Hz; nothing above


def _faded(sound: np.ndarray, seconds: float = 0.008) -> np.ndarray:
    length, envelope = int(RATE * seconds), np.ones(len(sound))
    envelope[:length], envelope[-length:] = np.linspace(0, 1, length), np.linspace(1, 0, length)
    return sound * envelope


def _band(low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    return butter(2, [low / (RATE / 2), min(high, _TOP) / (RATE / 2)], "band")


def music(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """Chords, a melody and drums in a major key, plucked or held, with or without vibrato."""
    out, beat, root = np.zeros(int(RATE * seconds)), rng.uniform(0.25, 0.8), rng.uniform(80, 330)
    overtones, slope, vibrato, decay = (
        rng.integers(3, 14),
        rng.uniform(0.8, 1.8),
        rng.choice([0, 0, 1]),
        rng.uniform(0.2, 2.5),
    )
    drums, melody = rng.random() < 0.5, rng.random() < 0.8
    chords = rng.random() < 0.7 or not melody

    def note(hertz: float, length: float, gain: float) -> np.ndarray:
        time = np.arange(int(RATE * length)) / RATE
        phase = 2 * np.pi * (hertz * time + vibrato * hertz * 0.006 / 5 * np.sin(2 * np.pi * 5 * time))
        sound = np.zeros(len(time))
        for k in range(1, overtones):
            if hertz * k < 7500:
                sound += np.sin(phase * k + rng.uniform(0, 6)) / k**slope
        return gain * _faded(sound * np.exp(-time / decay))

    def play(at: int, sound: np.ndarray) -> None:
        out[at : at + len(sound)] += sound[: len(out) - at]

    time = 0.0
    while time < seconds - 1:
        at = int(time * RATE)
        if chords:
            degree = rng.choice([0, 3, 4])
            for step in (degree, degree + 2, degree + 4):
                pitch = _MAJOR[step % 7] + 12 * (step // 7)
                play(at, note(root * 2 ** (pitch / 12), min(beat * 2, seconds - time), 0.25))
        if melody:
            high = root * 2 * 2 ** (rng.choice(_MAJOR) / 12)
            play(at, note(high, min(beat * rng.choice([0.5, 1]), seconds - time), 0.4))
        if drums:
            count = int(0.12 * RATE)
            clock = np.arange(count) / RATE
            play(at, rng.standard_normal(count) * np.exp(-clock / 0.03) * 0.4)
            play(at, np.sin(2 * np.pi * 60 * clock) * np.exp(-clock / 0.05) * 0.8)
        time += beat
    return out


def bark(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """A dog: short harmonic bursts whose pitch rises and falls, through one formant, hoarse to a degree."""
    out, time = np.zeros(int(RATE * seconds)), rng.uniform(0.1, 0.6)
    pitch, formant, hoarse = rng.uniform(250, 900), rng.uniform(500, 1800), rng.uniform(0.1, 0.8)
    while time < seconds - 0.5:
        length = rng.uniform(0.09, 0.28)
        count = int(length * RATE)
        part = np.arange(count) / count
        hertz = pitch * rng.uniform(0.9, 1.1) * (0.7 + 0.6 * np.sin(np.pi * np.clip(part * 1.2, 0, 1)))
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        sound = sum(np.sin(k * phase) / k**0.7 for k in range(1, 12) if hertz.max() * k < _TOP)
        sound = sound / np.abs(sound).max() + hoarse * rng.standard_normal(count)
        sound = lfilter(*_band(max(100, formant * 0.4), formant * 2), sound) * np.hanning(count) ** 0.6
        sound /= np.abs(sound).max() + 1e-9
        at = int(time * RATE)
        out[at : at + count] += sound * rng.uniform(0.6, 1)
        time += length + rng.choice([rng.uniform(0.08, 0.25), rng.uniform(0.4, 1.5)])
    return out


def bursts(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """Keys, knocks and gusts: bursts of noise in a band."""
    out, time, kind, low = np.zeros(int(RATE * seconds)), 0.2, rng.integers(3), rng.uniform(100, 2000)
    b, a = _band(low, low * rng.uniform(1.5, 6))
    while time < seconds - 1.2:
        length = [rng.uniform(0.005, 0.04), rng.uniform(0.05, 0.3), rng.uniform(0.3, 1.2)][kind]
        count = int(length * RATE)
        sound = lfilter(b, a, rng.standard_normal(count)) * np.exp(-np.arange(count) / count * rng.uniform(0, 5))
        at = int(time * RATE)
        out[at : at + count] += sound / (np.abs(sound).max() + 1e-9)
        time += length + rng.uniform(0.05, 0.6)
    return out


def tones(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """Ring tones, sirens, alarms and beeps."""
    time, kind, hertz = np.arange(int(RATE * seconds)) / RATE, rng.integers(4), rng.uniform(300, 1500)
    if kind == 0:
        track = hertz * (1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.2, 4) * time))
    elif kind == 1:
        track = np.where((time * rng.uniform(1, 6)) % 1 < 0.5, hertz, hertz * 1.26)
    elif kind == 2:
        track = hertz + 0 * time
    else:
        track = hertz * 2 ** ((time * rng.uniform(0.3, 2)) % 1)
    sound = np.tanh(np.sin(2 * np.pi * np.cumsum(track) / RATE) * rng.uniform(1, 5))
    if kind != 0 or rng.random() < 0.5:
        sound *= ((time * rng.uniform(0.5, 5)) % 1) < rng.uniform(0.3, 0.8)
    return sound


def noise(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """Wind, applause, traffic: coloured noise that swells and ebbs."""
    count = int(RATE * seconds)
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    sound = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) / np.maximum(hertz, 20) ** rng.uniform(0, 1.2), count)
    swell = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * (hertz < rng.uniform(0.5, 6)), count)
    return sound * np.exp(swell / swell.std() * rng.uniform(0, 1))


def motor(rng: np.random.Generator, seconds: float = 8.0) -> np.ndarray:
    """A fan, a vacuum cleaner, a drill: a wavering hum with overtones in noise."""
    time = np.arange(int(RATE * seconds)) / RATE
    hertz = rng.uniform(40, 240) * (1 + 0.1 * np.cumsum(rng.standard_normal(len(time))) / RATE)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    top = hertz.max()
    sound = sum(
        np.sin(k * phase + rng.uniform(0, 6)) * rng.uniform(0.1, 1) / k**0.6 for k in range(1, 30) if top * k < _TOP
    )
    sound = sound + rng.standard_normal(len(time)) * rng.uniform(0.1, 2)
    return sound * (1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.3, 4) * time))


MAKERS: dict[str, Maker] = {
    "music": music,
    "bark": bark,
    "bursts": bursts,
    "tones": tones,
    "noise": noise,
    "motor": motor,
}


def recorded(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``sound`` as a microphone might have it: some level, perhaps a room, some noise; float32 in -1..1."""
    sound = sound / (np.abs(sound).max() + 1e-9) * 10 ** (rng.uniform(-30, -2) / 20)
    if rng.random() < 0.5:
        count = int(RATE * rng.uniform(0.1, 0.5))
        room = rng.standard_normal(count) * np.exp(-np.arange(count) / count * 6)
        room[0] = 3
        wet = fftconvolve(sound, room)[: len(sound)]
        sound = wet / np.abs(wet).max() * np.abs(sound).max()
    sound = sound + rng.standard_normal(len(sound)) * np.abs(sound).max() * 10 ** (rng.uniform(-60, -20) / 20) * 0.3
    return np.clip(sound, -1, 1).astype(np.float32)
