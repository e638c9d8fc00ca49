"""The same clips' voice and face: RAVDESS's sound beside the action units of its video, joined clip by clip.

The face side is a table with a row a clip, the means over its pictures of 35 action units (intensities ``AU.._r``,
0..5, and occurrences ``AU.._c``, 0..1, as OpenFace names them). The voice side are functionals of the sound
(ml/speech/functionals.py) with how far the speech stands out of the noise.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from ml.core.errors import MediaError
from ml.core.readings import SPEECH_EMOTIONS
from ml.speech.activity import Activity, detect
from ml.speech.features import FFT, HOP
from ml.speech.functionals import functionals
from ml.training.speech.data import Clip, clips, load
from ml.training.speech.evaluate import speaker_of

#: Signal to noise that is said of a recording in which no speech, or no noise, can be told apart (dB).
LEAST_SNR, MOST_SNR = 0.0, 60.0


@dataclass(frozen=True)
class Pairs:
    """Clips in one order. ``units`` (N, U) and ``voice`` (N, F) are NaN where that side is missing; ``snr`` (N,) in dB.

    ``people`` (N,) names the speaker of each clip ("ravdess/21"; empty where nobody knows), ``truth`` (N,) is an index
    into SPEECH_EMOTIONS.
    """

    names: list[str]
    people: np.ndarray
    truth: np.ndarray
    units: np.ndarray
    voice: np.ndarray
    snr: np.ndarray
    unreadable: list[str]

    def without(self, *, face: bool = False, voice: bool = False) -> Pairs:
        """The same clips with a side taken away."""
        lost = replace(self, units=np.full_like(self.units, np.nan)) if face else self
        return replace(lost, voice=np.full_like(self.voice, np.nan)) if voice else lost

    def only(self, kept: np.ndarray) -> Pairs:
        """The clips that ``kept`` (N,) marks."""
        arrays = {name: getattr(self, name)[kept] for name in ("people", "truth", "units", "voice", "snr")}
        return replace(self, names=[n for n, k in zip(self.names, kept, strict=True) if k], **arrays)


def folder_of(data: Path) -> Path:
    """The folder of the clips' manifest: ``data`` itself or RAVDESS's folder below it."""
    data = data.parent if data.name == "manifest.csv" else data
    for folder in (data, data / "speech" / "ravdess", data / "ravdess", data / "speech"):
        if (folder / "manifest.csv").is_file():
            return folder
    return data


def action_units(path: Path, columns: list[str] | None = None) -> tuple[list[str], dict[str, np.ndarray]]:
    """The names of the action units and, by sound file, their means (U,); NaN where a cell is empty.

    ``columns`` asks for these units in this order. Raises ValueError where the file is no such table,
    FileNotFoundError where there is none.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path}. Name the table of action units with --action-units CSV")
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        reader = csv.DictReader(stream)
        there = list(reader.fieldnames or ())
        rows = list(reader)
    found = columns or [name for name in there if name.startswith("AU") and name[-2:] in ("_r", "_c")]
    key = next((name for name in ("audio_file", "file", "clip") if name in there), None)
    missing = [name for name in found if name not in there]
    if key is None or not found or missing:
        lacking = ", ".join(missing) or ("audio_file" if key is None else "AU.._r and AU.._c")
        raise ValueError(f"{path} is no table of action units: it lacks the column(s) {lacking}")
    try:
        values = {row[key]: np.array([float(row[name] or "nan") for name in found]) for row in rows}
    except (TypeError, ValueError) as failure:
        raise ValueError(f"{path} holds an action unit that is no number ({failure})") from None
    return found, values


def noisy(samples: np.ndarray, decibels: float, seed: int) -> np.ndarray:
    """Sound with pink noise ``decibels`` below the mean power of its louder half (speech, that is), same shape."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.normal(size=len(samples)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, len(samples))
    power = np.sort(samples.astype(np.float64) ** 2)[len(samples) // 2 :].mean()
    noise *= np.sqrt(power / np.mean(noise**2)) * 10 ** (-decibels / 20)
    return (samples + noise).astype(np.float32)


def voice_of(samples: np.ndarray) -> tuple[np.ndarray, float]:
    """Functionals (F,) of a clip between its first and last speech, and its signal to noise ratio in dB."""
    activity = detect(samples)
    bounds = activity.bounds(0, len(samples))
    inside = samples if bounds is None else samples[bounds[0] * HOP : bounds[1] * HOP + FFT - HOP]
    return functionals(inside), snr_of(activity)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Changes when the functionals do: a hash of what they make of a fixed sound, to three digits."""
    time = np.arange(16000) / 16000
    tone = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 12)) * (1 + np.sin(6 * np.pi * time))
    noise = np.random.default_rng(0).normal(0, 0.05, len(time))
    values = functionals((0.05 * (tone + noise)).astype(np.float32))
    return hashlib.sha256(repr((len(values), [f"{v:.3g}" for v in values])).encode()).hexdigest()[:16]


def snr_of(activity: Activity) -> float:
    """How far the mean power of speech lies above the noise, in dB, LEAST_SNR..MOST_SNR."""
    if not activity.speech.any():
        return LEAST_SNR
    loud = 10 * np.log10(np.mean(10 ** (activity.decibels[:][activity.speech[:]] / 10)))
    return float(np.clip(loud - activity.noise_db, LEAST_SNR, MOST_SNR))


def gather(
    data: Path,
    table: Path,
    *,
    columns: list[str] | None = None,
    noise_db: float | Callable[[int], float] | None = None,
    only: set[str] | None = None,
    cache: Path | None = None,
) -> Pairs:
    """Read the clips of ``data`` and join the action units of ``table``.

    ``noise_db`` adds pink noise: a number, or a callable from a clip's position to one. ``only`` names the
    sound files to read. ``cache`` is a folder that
    keeps the functionals. A clip without a row has no face; a row without a clip is left out; one that does not decode
    is named in ``unreadable``. Raises MediaError (``missing``, ``empty``), ValueError and FileNotFoundError.
    """
    found = [clip for clip in clips(folder_of(Path(data))) if only is None or clip.path.name in only]
    names, units = action_units(Path(table), columns)
    if not any(clip.path.name in units for clip in found):
        raise ValueError(f"{table} names none of the {len(found)} clips, such as {found[0].path.name}")
    voice, snr = _voices(found, noise_db, cache)
    empty = np.full(len(names), np.nan)
    there = np.isfinite(snr)
    if not there.any():
        raise MediaError("empty", f"None of the {len(found)} clips in {data} could be read.")
    kept = [clip for clip, ok in zip(found, there, strict=True) if ok]
    return Pairs(
        names=[clip.path.name for clip in kept],
        people=np.array([speaker_of(clip) if clip.actor else "" for clip in kept]),
        truth=np.array([SPEECH_EMOTIONS.index(clip.emotion) for clip in kept]),
        units=np.array([units.get(clip.path.name, empty) for clip in kept]),
        voice=voice[there],
        snr=snr[there],
        unreadable=[clip.path.name for clip, ok in zip(found, there, strict=True) if not ok],
    )


def _voices(found: list[Clip], noise_db, cache: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """`voice_of` for each clip; NaN for one that does not decode."""
    level = noise_db if callable(noise_db) else (lambda _number: noise_db)
    sizes = [clip.path.stat().st_size if clip.path.is_file() else 0 for clip in found]
    wanted = [(clip.path.name, size, level(i)) for i, (clip, size) in enumerate(zip(found, sizes, strict=True))]
    key = hashlib.sha256(repr((fingerprint(), wanted)).encode()).hexdigest()[:16]
    stored = None if cache is None else cache / f"voice-{key}.npz"
    if stored is not None and stored.is_file():
        with np.load(stored) as file:
            return file["voice"], file["snr"]
    rows: list[np.ndarray | None] = []
    snr = np.full(len(found), np.nan)
    for number, clip in enumerate(found):
        try:
            samples = load(clip.path)
        except MediaError:
            rows.append(None)
            continue
        if level(number) is not None:
            samples = noisy(samples, level(number), seed=number)
        row, snr[number] = voice_of(samples)
        rows.append(row)
    size = next((len(row) for row in rows if row is not None), 0)
    voice = np.array([np.full(size, np.nan) if row is None else row for row in rows], np.float32)
    if stored is not None:
        stored.parent.mkdir(parents=True, exist_ok=True)
        np.savez(stored, voice=voice, snr=snr)
    return voice, snr
