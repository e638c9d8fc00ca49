"""Labelled clips on disk: a folder with ``manifest.csv``, as RAVDESS and nEMO are laid out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.core.emotions import SPEECH_EMOTIONS, canonical
from ml.core.errors import MediaError
from ml.media.demux import audio_blocks
from ml.speech.activity import detect
from ml.speech.features import FFT, HOP, RATE

#: The voice's own word for each expression.
_WORDS = {canonical(name): name for name in SPEECH_EMOTIONS}


@dataclass(frozen=True)
class Clip:
    """One recording of one emotion; ``emotion`` is one of SPEECH_EMOTIONS, ``actor`` is unique within a data set (and
    empty where the data set names none)."""

    path: Path
    actor: str
    emotion: str


def emotion_of(name: str) -> str | None:
    """One of SPEECH_EMOTIONS for a data set's own name, or None."""
    return _WORDS.get(canonical(name))


def clips(folder: Path) -> list[Clip]:
    """The clips of a folder, without marked duplicates and emotions that the model does not know.

    Reads ``manifest.csv`` with the columns ``file``, ``emotion`` and, if it has them, ``actor`` and ``duplicate_of``.
    Raises MediaError (``missing``, ``empty``) with what to do.
    """
    manifest = Path(folder) / "manifest.csv"
    if not manifest.is_file():
        raise MediaError(
            "missing",
            f"There is no manifest.csv in {folder}. Name a folder with clips and a manifest.csv that has the columns "
            "file, actor and emotion.",
        )
    with manifest.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        reader = csv.DictReader(stream)
        columns = reader.fieldnames or ()
        rows = list(reader)
    absent = {"file", "emotion"} - set(columns)
    if absent:
        raise MediaError("empty", f"{manifest} needs the columns file, actor and emotion; missing: {sorted(absent)}.")
    for number, row in enumerate(rows, 1):
        if not row["file"] or row["emotion"] is None:
            raise MediaError("empty", f"{manifest}: row {number} names no file or no emotion. Mend or remove it.")
    found = [
        Clip(Path(folder) / row["file"], row.get("actor") or "", emotion)
        for row in rows
        if (emotion := emotion_of(row["emotion"])) and not row.get("duplicate_of")
    ]
    if not found:
        raise MediaError("empty", f"{manifest} names no clip with one of the emotions {', '.join(SPEECH_EMOTIONS)}.")
    return found


def trimmed(samples: np.ndarray) -> np.ndarray:
    """A short clip from its first to its last speech frame; the whole clip where no speech is found."""
    bounds = detect(samples).bounds(0, len(samples))
    return samples[bounds[0] * HOP : bounds[1] * HOP + FFT - HOP] if bounds else samples


def spoken(samples: np.ndarray) -> np.ndarray:
    """A short clip as a window is read: `trimmed`, and its pauses shortened."""
    said = detect(samples).said(samples, 0, len(samples))
    return samples if said is None else said


def load(path: Path) -> np.ndarray:
    """A short clip's samples, float32 mono at 16 kHz. Raises MediaError."""
    return np.concatenate([np.zeros(0, np.float32), *audio_blocks(path, rate=RATE)])


def speakers(found: list[Clip]) -> list[str]:
    """The actors, in order of their numbers where they have such."""
    return sorted({clip.actor for clip in found}, key=lambda a: (not a.isdigit(), int(a) if a.isdigit() else 0, a))


def folds(actors: list[str], count: int) -> Iterator[tuple[list[str], list[str]]]:
    """Split actors into (training, held out) ``count`` times; neighbours go apart, so that sexes (RAVDESS: odd and
    even numbers) stay balanced."""
    order = actors[0::2] + actors[1::2]
    for fold in range(count):
        held = order[fold::count]
        yield [a for a in actors if a not in held], held
