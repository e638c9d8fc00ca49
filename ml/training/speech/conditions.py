"""A clip as a worse place would have recorded it: noise, a telephone, a room, a codec. For training and tests."""

from __future__ import annotations

import io

import av
import numpy as np
from librosa.effects import pitch_shift
from scipy.signal import butter, fftconvolve, sosfilt

from ml.speech.features import RATE


def noisy(samples: np.ndarray, snr_db: float, rng: np.random.Generator, colour: float = 1.0) -> np.ndarray:
    """Add noise whose power falls with the frequency to the power of ``colour`` (0 white, 1 pink, 2 brown).

    The ratio is that of the powers over the whole clip's loudest half, so that silence around speech does not count.
    """
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE), 50)
    noise = np.fft.irfft(spectrum * hertz ** (-colour / 2), len(samples))
    power = np.convolve(np.square(samples, dtype=np.float64), np.ones(400) / 400, mode="same")
    speech = power[power >= np.median(power)].mean()
    return (samples + noise / noise.std() * np.sqrt(speech / 10 ** (snr_db / 10))).astype(np.float32)


def telephone(samples: np.ndarray, low: float = 300.0, high: float = 3_400.0) -> np.ndarray:
    """What a telephone passes: a Butterworth band of the fourth order."""
    return sosfilt(butter(4, (low, high), "bandpass", fs=RATE, output="sos"), samples).astype(np.float32)


def room(samples: np.ndarray, seconds: float, direct_db: float, rng: np.random.Generator) -> np.ndarray:
    """Add a synthetic room: noise that dies away by 60 dB in ``seconds``, the direct sound ``direct_db`` above it."""
    count = int(seconds * RATE)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    tail[: int(0.002 * RATE)] = 0
    tail = sosfilt(butter(1, 4_000, fs=RATE, output="sos"), tail)
    tail *= np.sqrt(10 ** (-direct_db / 10) / np.sum(tail**2))
    tail[0] = 1.0
    return fftconvolve(samples, tail)[: len(samples) + count // 2].astype(np.float32)


def opus(samples: np.ndarray, bits_a_second: int = 24_000) -> np.ndarray:
    """Through Opus and back, as browsers record speech; 16 kHz mono in and out, at a peak of -3 dBFS."""
    peak = float(np.abs(samples).max()) or 1.0
    pcm = np.round(samples / peak * 0.7 * 32767).astype(np.int16)
    stored = io.BytesIO()
    with av.open(stored, "w", format="ogg") as sink:
        stream = sink.add_stream("libopus", rate=RATE, bit_rate=bits_a_second, layout="mono")
        for start in range(0, len(pcm), RATE):
            frame = av.AudioFrame.from_ndarray(pcm[None, start : start + RATE], format="s16", layout="mono")
            frame.sample_rate = RATE
            frame.pts = start
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    stored.seek(0)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(stored, "r") as source:
        parts = [part.to_ndarray()[0] for frame in source.decode(audio=0) for part in resampler.resample(frame)]
    return (np.concatenate(parts)[: len(samples)] * (peak / 0.7)).astype(np.float32)


def hesitant(samples: np.ndarray, seconds: float) -> np.ndarray:
    """A pause where the middle of the speech is quietest, made of the clip's own quietest tenth of a second."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    levels = np.square(frames, dtype=np.float64).mean(axis=1)
    loud = np.flatnonzero(levels > levels.max() / 300)
    first, last = (int(loud[0] + share * (loud[-1] - loud[0])) for share in (0.3, 0.7))
    cut = (first + int(levels[first : last + 1].argmin())) * 160
    start = int(np.convolve(levels, np.ones(10), mode="valid").argmin()) * 160
    pause = np.resize(samples[start : start + 1600], int(seconds * RATE))
    return np.concatenate([samples[:cut], pause, samples[cut:]])


def pitched(samples: np.ndarray, semitones: float) -> np.ndarray:
    """Another pitch at the same pace (a phase vocoder and resampling): a voice that nobody has."""
    return pitch_shift(samples, sr=RATE, n_steps=semitones).astype(np.float32)


#: Name and function (samples, rng) of each condition that the model is tested under.
TESTS = {
    "clean": lambda samples, rng: samples,
    "opus_24_kbit": lambda samples, rng: opus(samples),
    "noise_20_db": lambda samples, rng: noisy(samples, 20, rng),
    "noise_10_db": lambda samples, rng: noisy(samples, 10, rng),
    "telephone_band": lambda samples, rng: telephone(samples),
    "room_0.5_s": lambda samples, rng: room(samples, 0.5, 3, rng),
    "pause_0.8_s": lambda samples, rng: hesitant(samples, 0.8),
    "pitch_4_semitones_up": lambda samples, rng: pitched(samples, 4),
    "pitch_4_semitones_down": lambda samples, rng: pitched(samples, -4),
}


def another_place(seed: tuple[int, ...]):
    """A function that records clips in one random place (a room or none, a band, a noise); a seed is a place."""
    rng = np.random.default_rng(seed)
    reverberant, seconds, direct = rng.random() < 0.5, rng.uniform(0.2, 0.8), rng.uniform(0, 12)
    narrow, low, high = rng.random() < 0.35, rng.uniform(100, 350), rng.uniform(3_000, 7_000)
    snr, colour = rng.uniform(8, 35), rng.uniform(0, 2)

    def record(samples: np.ndarray) -> np.ndarray:
        own = np.random.default_rng((*seed, len(samples)))
        if reverberant:
            samples = room(samples, seconds, direct, np.random.default_rng(seed))
        samples = noisy(samples, snr, own, colour)
        return telephone(samples, low, high) if narrow else samples

    return record
