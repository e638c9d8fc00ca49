"""The same clips' voice and face: RAVDESS's sound, read as a recording is, beside the action units of its video.

The face side is a table with a row a clip, the means over its pictures of 35 action units (intensities ``AU.._r``,
0..5, and occurrences ``AU.._c``, 0..1, as OpenFace names them). The voice side is the served reading of the sound,
window by window; whoever was in the voice's training is read by a member of its cross-validation that never heard them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ml.core import registry
from ml.core.emotions import SPEECH_EMOTIONS
from ml.core.errors import MediaError, Unreadable
from ml.core.readings import SpeechReading
from ml.speech import classifier, encoder, infer
from ml.speech.classifier import Discriminant, Models
from ml.speech.familiarity import Corpus, Familiarity
from ml.speech.features import RATE
from ml.training.speech.data import Clip, clips, load
from ml.training.speech.evaluate import speaker_of

VoiceOf = Callable[[str], Models]


@dataclass(frozen=True)
class Pairs:
    """Clips in one order. ``units`` (N, U) are NaN where there is no face; ``voice`` (N) are readings, None where there
    is no voice in the sound or where it is taken away; ``seconds`` (N,) is how long each clip lasts.

    ``people`` (N,) names the speaker of each clip ("ravdess/21"; empty where nobody knows), ``truth`` (N,) is an index
    into SPEECH_EMOTIONS.
    """

    names: list[str]
    people: np.ndarray
    truth: np.ndarray
    units: np.ndarray
    voice: list[SpeechReading | None]
    seconds: np.ndarray
    unreadable: list[str]

    def without(self, *, face: bool = False, voice: bool = False) -> Pairs:
        """The same clips with a side taken away."""
        lost = replace(self, units=np.full_like(self.units, np.nan)) if face else self
        return replace(lost, voice=[None] * len(self.voice)) if voice else lost

    def only(self, kept: np.ndarray) -> Pairs:
        """The clips that ``kept`` (N,) marks."""
        return replace(
            self,
            names=[name for name, k in zip(self.names, kept, strict=True) if k],
            voice=[voice for voice, k in zip(self.voice, kept, strict=True) if k],
            people=self.people[kept],
            truth=self.truth[kept],
            units=self.units[kept],
            seconds=self.seconds[kept],
        )


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


def fold_voice(arrays, fold: int | str) -> Models:
    """The member of the voice's cross-validation that never heard a fold's speakers: its discriminant, and RAVDESS's
    directions and limit, from the arrays that `train` packed. Raises ModelMissing."""
    alone = Discriminant(
        arrays[f"{fold}/voice/weight"].astype(np.float64), arrays[f"{fold}/voice/bias"].astype(np.float64)
    )
    familiar = Familiarity((Corpus.of(arrays, f"{fold}/voice", float(arrays["voice/limit"])),))
    return Models(None, encoder.sessions(), (alone, alone), familiar, classifier.shipped())


def served_voice(folds: dict[str, int]) -> VoiceOf:
    """For a person's name the models to hear them with: the shipped ones, or those of their fold where they were in
    training. Raises ModelMissing."""
    with np.load(registry.file_of("fusion", "fusion.npz")) as file:
        members = {k: fold_voice(file, k) for k in sorted(set(folds.values()))}
    shipped = classifier.opened()
    return lambda person: members[folds[person]] if person in folds else shipped


def gather(
    data: Path,
    table: Path,
    voice_of: VoiceOf,
    *,
    columns: list[str] | None = None,
    noise_db: float | None = None,
    only: set[str] | None = None,
) -> Pairs:
    """Read the clips of ``data`` and join the action units of ``table``.

    ``voice_of`` gives the models that a person's voice is read with. ``noise_db`` adds pink noise. ``only`` names the
    sound files to read. A clip without a row has no face; a row without a clip is left out; one that does not decode is
    named in ``unreadable``. Raises MediaError (``missing``, ``empty``), ValueError and FileNotFoundError.
    """
    found = [clip for clip in clips(folder_of(Path(data))) if only is None or clip.path.name in only]
    names, units = action_units(Path(table), columns)
    if not any(clip.path.name in units for clip in found):
        raise ValueError(f"{table} names none of the {len(found)} clips, such as {found[0].path.name}")
    kept, readings, seconds, unreadable = [], [], [], []
    for number, clip in enumerate(found):
        try:
            samples = load(clip.path)
        except MediaError:
            unreadable.append(clip.path.name)
            continue
        if noise_db is not None:
            samples = noisy(samples, noise_db, seed=number)
        kept.append(clip)
        seconds.append(len(samples) / RATE)
        readings.append(_read(samples, voice_of(person_of(clip))))
    if not kept:
        raise MediaError("empty", f"None of the {len(found)} clips in {data} could be read.")
    empty = np.full(len(names), np.nan)
    return Pairs(
        names=[clip.path.name for clip in kept],
        people=np.array([person_of(clip) for clip in kept]),
        truth=np.array([SPEECH_EMOTIONS.index(clip.emotion) for clip in kept]),
        units=np.array([units.get(clip.path.name, empty) for clip in kept]),
        voice=readings,
        seconds=np.array(seconds),
        unreadable=unreadable,
    )


def person_of(clip: Clip) -> str:
    """A name for the clip's speaker; empty where nobody is named."""
    return speaker_of(clip) if clip.actor else ""


def _read(samples: np.ndarray, models: Models) -> SpeechReading | None:
    try:
        return infer.read_samples(lambda: [samples], models=models)
    except Unreadable:
        return None
