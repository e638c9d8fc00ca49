"""Streams with a known truth, put together from held-out readings: neutral for a while, then another emotion.

No recording here changes its expression at a known moment, so the rows that the face's and the voice's models give for
single held-out faces and clips are laid one after the other, class by class. A face changes about once a second and
jitters in between; a voice's window lies over what it covers, so one that straddles the change is a mixture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.core.readings import FACE_EMOTIONS
from ml.fusion.stream import CLASSES, TICK
from ml.speech.features import WINDOW_HOP_SECONDS, WINDOW_SECONDS

NEUTRAL = FACE_EMOTIONS.index("neutral")
#: Seconds of neutral, and of what follows.
BEFORE, AFTER = 4.0, 8.0
#: Mean seconds that one face stays, spread of its jitter (log-probability), share of windows without speech.
FACE_STAYS, JITTER, PAUSES = 1.0, 0.3, 0.1
#: How likely a mouth is open while its owner speaks, and while somebody else does.
OPEN_SPEAKING, OPEN_SILENT = 0.6, 0.1


@dataclass(frozen=True)
class Bank:
    """Held-out rows: ``faces`` (N, 7) and ``voices`` (M, 7) in the face's classes, with their classes (N,), (M,)."""

    faces: np.ndarray
    face_class: np.ndarray
    voices: np.ndarray
    voice_class: np.ndarray


@dataclass(frozen=True)
class Streams:
    """``face`` and ``voice`` (S, T, 7), NaN where missing; ``mouth`` (S, T) 0 or 1; ``truth`` (S, T) class numbers."""

    face: np.ndarray
    voice: np.ndarray
    mouth: np.ndarray
    truth: np.ndarray


def assemble(
    bank: Bank, count: int, seed: int, *, drop: float = 0.0, strangers: float = 0.0, change: bool = True
) -> Streams:
    """``count`` streams of BEFORE + AFTER seconds. ``drop`` is the share that lack the face, and as many the voice;
    ``strangers`` the share whose voice is somebody else's, of another class, while the mouth is mostly shut; without
    ``change`` they stay neutral."""
    random = np.random.default_rng(seed)
    ticks = round((BEFORE + AFTER) / TICK)
    targets = [
        k for k in range(CLASSES) if k != NEUTRAL and (bank.voice_class == k).any() and (bank.face_class == k).any()
    ]
    out = Streams(
        face=np.full((count, ticks, CLASSES), np.nan),
        voice=np.full((count, ticks, CLASSES), np.nan),
        mouth=np.zeros((count, ticks)),
        truth=np.full((count, ticks), NEUTRAL),
    )
    for s in range(count):
        target = targets[s % len(targets)] if change else NEUTRAL
        out.truth[s, round(BEFORE / TICK) :] = target
        kind = random.random()
        stranger = random.random() < strangers
        if kind >= drop:
            out.face[s] = _faces(bank, out.truth[s], random)
        if not drop <= kind < 2 * drop:
            said = out.truth[s]
            if stranger:
                said = np.full(ticks, random.choice([k for k in [*targets, NEUTRAL] if k != target]))
            out.voice[s] = _voices(bank, said, random)
        out.mouth[s] = random.random(ticks) < (OPEN_SILENT if stranger else OPEN_SPEAKING)
    return out


def _faces(bank: Bank, truth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    rows, current = np.zeros((len(truth), CLASSES)), None
    for t, label in enumerate(truth):
        if current is None or label != truth[t - 1] or random.random() < TICK / FACE_STAYS:
            current = np.log(bank.faces[random.choice(np.flatnonzero(bank.face_class == label))] + 1e-6)
        row = np.exp(current + random.normal(0, JITTER, CLASSES))
        rows[t] = row / row.sum()
    return rows


def _voices(bank: Bank, truth: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each window's row from the moment at which the window ends, for as long as a window's hop."""
    rows = np.full((len(truth), CLASSES), np.nan)
    size, hop = round(WINDOW_SECONDS / TICK), round(WINDOW_HOP_SECONDS / TICK)
    for end in range(size, len(truth), hop):
        inside = truth[end - size : end]
        if random.random() < PAUSES:
            continue
        row = np.zeros(CLASSES)
        for label in np.unique(inside):
            chosen = bank.voices[random.choice(np.flatnonzero(bank.voice_class == label))]
            row += (inside == label).mean() * np.log(chosen + 1e-6)
        row = np.exp(row)
        rows[end : end + hop] = row / row.sum()
    return rows
