"""Made recordings of one voice and of two, strung together from clips of acted speech and from eSpeak NG's voices.

One voice goes through all its acted emotions or through two of them, which is harder than an interview: nobody goes
from fury to grief. `mild` names the clips that are nearer to one. Two voices of one data set take turns of 3 to 15
seconds in the same emotions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from ml.core.errors import MediaError
from ml.media.synthetic import ANSWERS, speak
from ml.speech.features import HOP, RATE
from ml.training.speech.data import clips, emotion_of, load, trimmed

DATA_SETS = ("ravdess", "nemo")
TURN = (3.0, 15.0)  # s that the second voice speaks at a time; the first up to half as long again
ALONE, LONG = (30, 60, 120), 300  # s of a take of one voice
PAIRS = ((60, 20), (100, 40))  # s of the first and of the second voice
MILD = ("neutral", "calm", "happy", "sad")  # acted with normal, not with strong intensity
SYNTHETIC = tuple("en-us" + variant for variant in ("", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m7"))

#: {speaker: {emotion: clips (float32, 16 kHz), without silence at the ends, peak 0.5}}; a speaker is "data set/actor".
Voices = dict[str, dict[str, list[np.ndarray]]]


@dataclass(frozen=True)
class Take:
    """A made recording: ``kind`` is "alone", "same sex", "other sex" or "synthetic", ``seconds`` of each voice."""

    kind: str
    speakers: tuple[str, ...]
    seconds: tuple[float, ...]
    emotions: tuple[str, ...]
    seed: int


def mild(folder: Path) -> set[str]:
    """The names of the clips of one data set in MILD emotions of normal intensity, where its manifest tells it."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8-sig") as stream:
        return {
            Path(row["file"]).name
            for row in csv.DictReader(stream)
            if emotion_of(row["emotion"]) in MILD and row.get("intensity") in (None, "", "normal")
        }


def voices(folder: Path, most: int | None = None, only: set[str] | None = None) -> Voices:
    """The clips of one data set, ``most`` of each emotion of a speaker and ``only`` files of these names; the data set
    is called as its folder is.

    What does not decode is left out. Raises MediaError for a folder without a manifest.
    """
    found: Voices = {}
    for clip in clips(folder):
        own = found.setdefault(f"{folder.name}/{clip.actor}", {}).setdefault(clip.emotion, [])
        left_out = only is not None and clip.path.name not in only
        if not clip.actor or left_out or (most is not None and len(own) >= most):
            continue
        try:
            samples = trimmed(load(clip.path))
        except MediaError:
            continue
        loudest = float(np.abs(samples).max(initial=0))
        if loudest > 0:
            own.append((0.5 * samples / loudest).astype(np.float32))
    some = {name: {emotion: own for emotion, own in strings.items() if own} for name, strings in found.items()}
    return {name: strings for name, strings in some.items() if strings}


def synthetic() -> Voices:
    """eSpeak NG's voices, each saying three answers: those are its "emotions"."""
    return {
        f"synthetic/{name}": {text: [speak(words, voice=name)] for text, words in ANSWERS.items()} for name in SYNTHETIC
    }


def sexes(folder: Path) -> dict[str, str]:
    """{speaker: "m" or "f"} of one data set, of those whose sex its manifest names."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8-sig") as stream:
        return {
            f"{folder.name}/{row['actor']}": row["sex"].strip().lower()[:1]
            for row in csv.DictReader(stream)
            if row.get("actor") and row.get("sex")
        }


def plan(found: Voices, sex: dict[str, str], seed: int = 0, *, alone: int = 3, pairs: tuple = PAIRS) -> Iterator[Take]:
    """Takes of every speaker, ``alone`` of each length, and of all pairs of one data set: of one sex with each of
    ``pairs``' lengths, of both with one of them. Who speaks more is drawn."""
    rng = np.random.default_rng(seed)
    names = sorted(found)

    def some(emotions: list[str], number: int) -> tuple[str, ...]:
        few = min(2, len(emotions))
        return tuple(emotions) if number % 3 < 2 else tuple(rng.choice(emotions, few, replace=False))

    for name in names:
        made = "synthetic" if name.startswith("synthetic/") else "alone"
        for seconds in ALONE:
            for number in range(alone):
                yield Take(made, (name,), (seconds,), some(sorted(found[name]), number), int(rng.integers(2**31)))
    number = 0
    for one, other in combinations(names, 2):
        if one not in sex or other not in sex or one.split("/")[0] != other.split("/")[0]:
            continue
        same = sex[one] == sex[other]
        both = [emotion for emotion in sorted(found[one]) if emotion in found[other]]
        for lengths in pairs if same else pairs[number % len(pairs) :][:1]:
            number += 1
            who = (one, other) if rng.random() < 0.5 else (other, one)
            chosen = some(both, number)
            if chosen:
                yield Take("same sex" if same else "other sex", who, lengths, chosen, int(rng.integers(2**31)))


def long(found: Voices, seed: int = 0) -> Iterator[Take]:
    """One take of LONG seconds of every speaker, in all emotions."""
    rng = np.random.default_rng((9, seed))
    for name in sorted(found):
        yield Take("alone", (name,), (LONG,), tuple(sorted(found[name])), int(rng.integers(2**31)))


def sound(take: Take, found: Voices) -> tuple[np.ndarray, np.ndarray]:
    """Samples (float32, 16 kHz), and per frame of 10 ms whether the second voice has the turn (bool)."""
    rng = np.random.default_rng(take.seed)
    turns: list[tuple[float, int, np.ndarray]] = []
    for number, (name, seconds) in enumerate(zip(take.speakers, take.seconds, strict=True)):
        own, left = [], float(seconds)
        low, high = TURN if number else (TURN[0] + 2, TURN[1] * 1.5)
        while left > 0:
            emotion = take.emotions[rng.integers(len(take.emotions))]
            own.append(string(found[name][emotion], min(left, rng.uniform(low, high)), rng))
            left -= len(own[-1]) / RATE
        turns += [((k + 0.5) / len(own), number, turn) for k, turn in enumerate(own)]
    turns.sort(key=lambda turn: turn[:2])
    samples = np.concatenate([turn for _, _, turn in turns])
    other = np.concatenate([np.full(len(turn), number == 1) for _, number, turn in turns])[::HOP]
    hiss = rng.standard_normal(len(samples)).astype(np.float32) * np.float32(10 ** (-rng.uniform(52, 62) / 20))
    return np.clip(samples + hiss, -1, 1), other


def string(own: list[np.ndarray], seconds: float, rng: np.random.Generator) -> np.ndarray:
    """About ``seconds`` of clips drawn from ``own`` with short gaps between; of a long one, a piece."""
    parts, length = [], 0
    while length < seconds * RATE:
        clip = own[rng.integers(len(own))]
        if len(clip) > 8 * RATE:
            size = min(len(clip), int(max(1.0, seconds) * RATE))
            clip = clip[(at := rng.integers(0, len(clip) - size + 1)) : at + size]
        gap = np.zeros(int(RATE * rng.uniform(0.15, 0.6)), np.float32)
        parts += [clip * np.float32(10 ** (rng.uniform(-3, 3) / 20)), gap]
        length += len(clip) + len(gap)
    return np.concatenate(parts)
