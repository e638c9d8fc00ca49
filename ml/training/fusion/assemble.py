"""Streams with a known truth, put together from held-out readings: neutral for a while, then another emotion.

No recording here changes its expression at a known moment. `pairs_in_turn` lays real pairs of one person's face and
voice one after the other, as they went through the stream. There are no pictures of these people; what the face model
makes of single held-out faces is therefore joined with voices by class (`assemble`): a face changes about once a second
and jitters in between, a voice's window lies over what it covers, so one that straddles the change is a mixture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.fusion.rows import CALM, NEUTRAL
from ml.fusion.stream import CLASSES, TICK
from ml.speech.features import WINDOW_HOP_SECONDS, WINDOW_SECONDS

#: Seconds of neutral, and of what follows.
BEFORE, AFTER = 4.0, 8.0
#: Mean seconds that one face stays, spread of its jitter (log-probability), share of windows without speech.
FACE_STAYS, JITTER, PAUSES = 1.0, 0.3, 0.1
#: How likely a mouth is open while its owner speaks, and while somebody else does.
OPEN_SPEAKING, OPEN_SILENT = 0.6, 0.1


@dataclass(frozen=True)
class Bank:
    """Held-out rows: ``faces`` (N, 8) and ``voices`` (M, 8) of STATES, with their states (N,), (M,)."""

    faces: np.ndarray
    face_class: np.ndarray
    voices: np.ndarray
    voice_class: np.ndarray


@dataclass(frozen=True)
class Streams:
    """``face`` and ``voice`` (S, T, 8), NaN where missing; ``mouth`` (S, T) 0 or 1; ``truth`` (S, T) state numbers."""

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


@dataclass(frozen=True)
class Clips:
    """Real pairs as they went through the stream: ``face`` and ``voice`` (N, T, 8) calibrated log rows, NaN where
    missing, with the clips' ``people`` (N,) and ``states`` (N,)."""

    face: np.ndarray
    voice: np.ndarray
    people: np.ndarray
    states: np.ndarray


def pairs_in_turn(clips: Clips, count: int, seed: int, *, drop: float = 0.15, strangers: float = 0.15) -> Streams:
    """``count`` streams, each of one person: a neutral or calm clip, then two of another emotion. ``drop`` is the share
    that lack the face, and as many the voice; ``strangers`` the share whose voice is somebody else's, of another
    emotion, while the mouth is mostly shut."""
    random = np.random.default_rng(seed)
    quiet = np.isin(clips.states, (NEUTRAL, CALM))
    targets = [k for k in range(CLASSES) if k not in (NEUTRAL, CALM) and (clips.states == k).any()]
    people = [p for p in np.unique(clips.people) if set(targets) <= set(clips.states[clips.people == p])]
    people = [p for p in people if (quiet & (clips.people == p)).any()]
    if not people:
        raise ValueError("Nobody has a neutral clip and one of every other emotion.")
    face: list[np.ndarray] = []
    voice: list[np.ndarray] = []
    mouth: list[np.ndarray] = []
    truth: list[np.ndarray] = []
    while len(face) < count:
        own, target = clips.people == random.choice(people), targets[len(face) % len(targets)]
        first, then = np.flatnonzero(own & quiet), np.flatnonzero(own & (clips.states == target))
        chosen = [random.choice(first), *random.choice(then, 2, replace=len(then) < 2)]
        others = np.array(chosen)
        stranger = random.random() < strangers
        if stranger:
            away = np.flatnonzero(~own & (clips.states != target))
            others = random.choice(away if len(away) else chosen, 3)
        kind = random.random()
        seen = np.concatenate([clips.face[i] for i in chosen])
        heard = np.concatenate([clips.voice[i] for i in others])
        face.append(np.full_like(seen, np.nan) if kind < drop else seen)
        voice.append(np.full_like(heard, np.nan) if drop <= kind < 2 * drop else heard)
        mouth.append(random.random(len(seen)) < (OPEN_SILENT if stranger else OPEN_SPEAKING))
        truth.append(np.repeat(clips.states[chosen], clips.face.shape[1]))
    return Streams(np.array(face), np.array(voice), np.array(mouth, float), np.array(truth))
