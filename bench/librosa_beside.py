"""Our resampling, log-mel spectrogram and pitch beside librosa's: how right and how fast on one core.

Tones are made, so that the truth is known. Of recorded speech it isn't: there Praat's cross-correlation pitch is the
reference, a relation of ours (both are Boersma's), which is to be borne in mind.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.measuring import ROOT, BenchFailed, rows, run
from ml.speech import features
from ml.speech.delivery import HIGHEST_PITCH, LOWEST_PITCH, PITCH_FRAME, pitch
from ml.speech.features import HOP, RATE

__all__ = ["BenchFailed", "measure", "table"]

SOURCE = 48_000  # Hz, what browsers record
KEPT, ABOVE = (100.0, 440.0, 1_000.0, 3_000.0, 6_000.0, 7_000.0), (9_000.0, 11_000.0, 15_000.0, 20_000.0)  # Hz
GROSS = 0.2  # a pitch further off than this share is another note
Sound = Callable[[np.ndarray], np.ndarray]


def measure() -> dict[str, Any]:
    """``resampling``, ``log_mel`` and ``pitch``, each by whose it is; ``speech`` is the folder read, or None."""
    data = Path(os.environ.get("VIVA_DATA") or ROOT.parent / "shared" / "data") / "speech" / "ravdess"
    there = data.is_dir() and importlib.util.find_spec("parselmouth") is not None
    program = "from bench import librosa_beside\nanswer.update(librosa_beside.compare(sys.argv[1]))"
    return run(program, str(data) if there else "")


def compare(folder: str, every: int = 37) -> dict[str, Any]:
    """What `measure` returns, in this process; ``folder`` holds speech, of which each ``every``-th clip is read."""
    clips = sorted(Path(folder).glob("*.flac"))[::every] if folder else []
    return {
        "resampling": {name: resampling(convert) for name, convert in resamplers().items()},
        "log_mel": log_mel(),
        "pitch": {name: pitches(find, clips) for name, find in finders().items()},
        "clips": len(clips),
    }


def resamplers() -> dict[str, Sound]:
    """By name, from 48 kHz to 16 kHz."""
    import av
    import librosa

    def ours(samples: np.ndarray) -> np.ndarray:
        """As `ml.media.audio` does it, a frame of 20 ms at a time."""
        resampler, parts = av.AudioResampler(format="flt", layout="mono", rate=RATE), []
        for start in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], format="fltp", layout="mono")
            frame.sample_rate = SOURCE
            parts += resampler.resample(frame)
        parts += resampler.resample(None)
        return np.concatenate([part.to_ndarray()[0] for part in parts])

    return {"ours": ours, "librosa (soxr_hq)": lambda y: librosa.resample(y, orig_sr=SOURCE, target_sr=RATE)}


def resampling(convert: Sound) -> dict[str, float]:
    """Seconds for a minute of noise; how much of tones that are kept changes, and how much of those above 8 kHz comes
    through (dB, the worst)."""
    passed = [_parts(convert(_tone(hertz)), hertz) for hertz in KEPT]
    return {
        "seconds": _seconds(convert, np.random.default_rng(1).normal(0, 0.1, 60 * SOURCE).astype(np.float32)),
        "gain_db": max(abs(gain) for gain, _ in passed),
        "noise_db": max(noise for _, noise in passed),
        "alias_db": max(_level(convert(_tone(hertz))[RATE // 2 : -RATE // 2]) for hertz in ABOVE),
    }


def log_mel() -> dict[str, float]:
    """Seconds of both for a minute of noise, and how far they are apart at most (dB)."""
    import librosa

    def theirs(samples: np.ndarray) -> np.ndarray:
        mel = librosa.feature.melspectrogram(
            y=samples,
            sr=RATE,
            n_fft=features.FFT,
            win_length=features.WINDOW,
            hop_length=HOP,
            n_mels=features.MELS,
            fmin=features.LOWEST_HZ,
            fmax=features.HIGHEST_HZ,
            center=False,
        )
        return 10 * np.log10(mel.T + 1e-10)

    sound = np.random.default_rng(1).normal(0, 0.1, 60 * RATE).astype(np.float32)
    apart = float(np.abs(features.log_mel(sound) - theirs(sound)).max())
    return {"ours": _seconds(features.log_mel, sound), "librosa": _seconds(theirs, sound), "apart_db": apart}


def finders() -> dict[str, Sound]:
    """By name: Hz of each frame of 10 ms, NaN where unvoiced; all read the same 50 ms."""
    import librosa

    bounds = {"fmin": LOWEST_PITCH, "fmax": HIGHEST_PITCH, "sr": RATE, "hop_length": HOP, "center": False}
    bounds["frame_length"] = PITCH_FRAME
    return {
        "ours": pitch,
        "librosa yin": lambda y: librosa.yin(y, **bounds),
        "librosa pyin": lambda y: librosa.pyin(y, **bounds)[0],
    }


def pitches(find: Sound, clips: list[Path]) -> dict[str, float]:
    """Seconds for a minute of glides; what is right of glides, and of speech where there are clips."""
    sound, truth = _glides()
    noise = np.random.default_rng(3).normal(0, 0.1, 3 * RATE).astype(np.float32)
    found = {"noise_voiced": float(np.isfinite(find(noise)).mean())}  # and compiles, before anything is timed
    start = time.perf_counter()
    mine = find(sound)
    found["seconds"] = (time.perf_counter() - start) * 60 * RATE / len(sound)
    found |= {f"glides_{name}": value for name, value in _right([(mine, truth)]).items()}
    if clips:
        from ml.training.speech.data import load

        spoken = [load(path) for path in clips]
        pairs = [(find(each), _praat(each)) for each in spoken]
        found |= {f"speech_{name}": value for name, value in _right(pairs).items()}
    return found


def _right(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Of frames with a pitch: shares ``found`` and of those ``gross``-ly wrong, and how far the others are off at the
    median (``cents``); ``extra`` is the share of frames without a pitch that get one."""
    sizes = [min(len(mine), len(true)) for mine, true in pairs]
    mine = np.concatenate([pair[0][:size] for pair, size in zip(pairs, sizes, strict=True)])
    true = np.concatenate([pair[1][:size] for pair, size in zip(pairs, sizes, strict=True)])
    voiced, told = np.isfinite(true), np.isfinite(mine)
    both = voiced & told
    ratio = mine[both] / true[both]
    wrong = np.abs(ratio - 1) > GROSS
    shares = {"found": both.sum() / voiced.sum(), "gross": wrong.mean()}
    shares["cents"] = np.median(np.abs(1200 * np.log2(ratio[~wrong])))
    if not voiced.all():
        shares["extra"] = told[~voiced].mean()
    return {name: float(value) for name, value in shares.items()}


def _praat(samples: np.ndarray) -> np.ndarray:
    """Praat's pitch by cross-correlation at the middles of our frames, NaN where unvoiced."""
    import parselmouth

    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    found = sound.to_pitch_cc(time_step=0.01, pitch_floor=LOWEST_PITCH, pitch_ceiling=HIGHEST_PITCH)
    middles = (np.arange((len(samples) - PITCH_FRAME) // HOP + 1) * HOP + PITCH_FRAME / 2) / RATE
    return np.array([found.get_value_at_time(middle) for middle in middles])


def _glides() -> tuple[np.ndarray, np.ndarray]:
    """Twelve seconds of ten harmonics that glide between 80 and 400 Hz, 20 dB above noise, and their pitch."""
    seconds = np.arange(12 * RATE) / RATE
    hertz = 80 * 5 ** (0.5 - 0.5 * np.cos(2 * np.pi * seconds / 6))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    sound = np.sum([np.sin(k * phase) / k for k in range(1, 11)], axis=0)
    sound += np.random.default_rng(2).normal(0, 0.1 * sound.std(), len(sound))
    return (0.2 * sound).astype(np.float32), hertz[PITCH_FRAME // 2 :: HOP][: (len(sound) - PITCH_FRAME) // HOP + 1]


def _tone(hertz: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(4 * SOURCE) / SOURCE)).astype(np.float32)


def _parts(samples: np.ndarray, hertz: float) -> tuple[float, float]:
    """How much louder `_tone` has become, and what else is there beside it; both dB."""
    middle = samples[RATE // 2 : -RATE // 2].astype(np.float64)
    angle = 2 * np.pi * hertz * np.arange(len(middle)) / RATE
    waves = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    weights = np.linalg.lstsq(waves, middle, rcond=None)[0]
    return float(20 * np.log10(np.hypot(*weights) / 0.5)), _level(middle - waves @ weights)


def _level(samples: np.ndarray) -> float:
    """dB beside the tone."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) / 0.125 + 1e-20))


def _seconds(work: Sound, sound: np.ndarray) -> float:
    """The quickest of three, after one that compiles and fills caches."""
    work(sound[: 2 * RATE])
    took = []
    for _ in range(3):
        start = time.perf_counter()
        work(sound)
        took.append(time.perf_counter() - start)
    return min(took)


def table(found: dict[str, Any]) -> str:
    """The comparison in plain text."""
    body = [
        (name, f"{row['seconds']:.3f}", f"{row['gain_db']:.3f}", f"{row['noise_db']:.0f}", f"{row['alias_db']:.0f}")
        for name, row in found["resampling"].items()
    ]
    mel = found["log_mel"]
    head: tuple[str, ...] = ("48 to 16 kHz", "s a minute", "gain off, dB", "beside tones, dB", "from above 8 kHz, dB")
    text = [rows(head, body)]
    text.append(
        f"log-mel, s a minute: {mel['ours']:.3f} ours, {mel['librosa']:.3f} librosa's; {mel['apart_db']:.4f} dB apart"
    )
    kinds = ["glides", "speech"] if found["clips"] else ["glides"]
    for kind in kinds:
        names = [name for name in ("found", "gross", "cents", "extra") if f"{kind}_{name}" in found["pitch"]["ours"]]
        lines = [
            (name, f"{row['seconds']:.2f}", f"{row['noise_voiced']:.3f}", *(f"{row[f'{kind}_{n}']:.4f}" for n in names))
            for name, row in found["pitch"].items()
        ]
        text.append(rows((f"pitch of {kind}", "s a minute", "noise voiced", *names), lines))
    return "\n\n".join(text) + "\n"
