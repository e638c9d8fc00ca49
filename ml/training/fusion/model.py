"""Eight emotions from one utterance's face and voice: two linear heads and weights with which they meet. Numpy only.

Each head is a linear discriminant analysis with a shrunken covariance (Friedman 1989) on features less the person's own
baseline: the mean and spread of that person's unlabelled clips, drawn towards everybody's where there are few of them.
The heads' log-probabilities meet in a weighted sum (a logarithmic opinion pool; Genest & Zidek 1986) whose weights were
learned, for both sides and for either one alone; the voice's weight falls with the noise beneath it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.core import registry
from ml.core.readings import SPEECH_EMOTIONS

#: A person's baseline counts as if everybody's had been seen in so many more of their clips.
BELIEF = 3.0
#: Standardised features are cut off here.
MOST = 4.0
#: The three sentiments and the emotions behind them; fear, disgust and surprise belong to none.
SENTIMENTS = {"negative": ("angry", "sad"), "neutral": ("neutral", "calm"), "positive": ("happy",)}


@dataclass(frozen=True)
class Head:
    """A linear classifier of one side. ``mean``, ``spread`` (F,) are everybody's before a baseline is taken out,
    ``scale`` (F,) the spread after it; ``weights`` (F, 8), ``biases`` (8,)."""

    mean: np.ndarray
    spread: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    biases: np.ndarray

    def log_probabilities(self, rows: np.ndarray, people: np.ndarray) -> np.ndarray:
        """(N, F) of the people named (N,) to (N, 8); rows of NaN stay NaN."""
        scores = personal(rows, people, self.mean, self.spread) / self.scale
        return log_softmax(np.clip(scores, -MOST, MOST) @ self.weights + self.biases)


@dataclass(frozen=True)
class Member:
    """What one training set gave: the ``face`` and ``voice`` heads and how they meet.

    ``both``: the face's weight, the voice's, the noise at which the voice counts half (dB), its slope (dB), eight
    biases; ``face_alone``, ``voice_alone``: a weight and eight biases.
    """

    face: Head
    voice: Head
    both: np.ndarray
    face_alone: np.ndarray
    voice_alone: np.ndarray

    def read(self, units: np.ndarray, voice: np.ndarray, snr: np.ndarray, people: np.ndarray) -> dict[str, np.ndarray]:
        """Probabilities (N, 8) of ``face``, ``speech`` and ``fused`` for clips with action units (N, U), functionals
        (N, F) and noise (N,) dB; NaN where a side, or both, are missing."""
        seen = self.face.log_probabilities(root(units), people)
        heard = self.voice.log_probabilities(voice, people)
        return {
            "face": np.exp(alone(self.face_alone, seen)),
            "speech": np.exp(alone(self.voice_alone, heard)),
            "fused": np.exp(self.meet(seen, heard, snr)),
        }

    def meet(self, seen: np.ndarray, heard: np.ndarray, snr: np.ndarray) -> np.ndarray:
        """Fused log-probabilities (N, 8) of the heads' (N, 8); a missing side leaves the other alone."""
        fused = pooled(self.both, np.nan_to_num(seen), np.nan_to_num(heard), snr)
        no_face, no_voice = np.isnan(seen[:, 0]), np.isnan(heard[:, 0])
        fused[no_voice] = alone(self.face_alone, seen[no_voice])
        fused[no_face] = alone(self.voice_alone, heard[no_face])
        return fused


def root(units: np.ndarray) -> np.ndarray:
    """Action units, whose means crowd near zero, as square roots."""
    return np.sqrt(np.clip(units, 0, None))


def personal(rows: np.ndarray, people: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Rows (N, F) less their person's baseline, in units of the person's own spread.

    A person's mean and spread are of all their rows here, with everybody's ``mean`` and ``spread`` (F,) counted as
    BELIEF further rows. Rows of nobody in particular ("") have everybody's baseline.
    """
    out = np.array(rows, float)
    for person in np.unique(people):
        mine = people == person
        some = out[mine][~np.isnan(out[mine]).any(axis=1)]
        count = 0 if person == "" else len(some)
        total = count + BELIEF
        middle, variance = mean, spread**2
        if count:
            middle = (some.sum(axis=0) + BELIEF * mean) / total
            variance = (((some - some.mean(axis=0)) ** 2).sum(axis=0) + BELIEF * variance) / total
        out[mine] = (out[mine] - middle) / np.sqrt(variance + 1e-12)
    return out


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Log-probabilities of scores along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def trust(both: np.ndarray, snr: np.ndarray) -> np.ndarray:
    """How much of its weight a voice keeps, 0..1, at a signal to noise ratio (N,) in dB."""
    return 1 / (1 + np.exp(-np.clip((snr - both[2]) / np.maximum(np.abs(both[3]), 0.1), -30, 30)))


def pooled(both: np.ndarray, seen: np.ndarray, heard: np.ndarray, snr: np.ndarray) -> np.ndarray:
    """The weighted sum of log-probabilities (N, 8), normalised."""
    return log_softmax(both[0] * seen + both[1] * trust(both, snr)[:, None] * heard + both[4:])


def alone(one: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """One side's log-probabilities (N, 8), calibrated by a weight and biases (9,)."""
    return log_softmax(one[0] * rows + one[1:])


def to_sentiments(rows: np.ndarray) -> np.ndarray:
    """Probabilities of SPEECH_EMOTIONS (N, 8) on the three SENTIMENTS (N, 3), as if there were no other emotions."""
    columns = [rows[:, [SPEECH_EMOTIONS.index(e) for e in names]].sum(axis=1) for names in SENTIMENTS.values()]
    found = np.stack(columns, axis=1) + 1e-12
    return found / found.sum(axis=1, keepdims=True)


def sentiment_of(truth: np.ndarray) -> np.ndarray:
    """Indices into SENTIMENTS (N,) of indices into SPEECH_EMOTIONS (N,); -1 where an emotion has none."""
    table = [next((i for i, n in enumerate(SENTIMENTS.values()) if e in n), -1) for e in SPEECH_EMOTIONS]
    return np.array(table)[truth]


def pack(member: Member, name: str) -> dict[str, np.ndarray]:
    """A member as arrays by name, for an .npz file."""
    parts = {f"{name}/{key}": getattr(member, key) for key in ("both", "face_alone", "voice_alone")}
    for side in ("face", "voice"):
        head = getattr(member, side)
        parts |= {f"{name}/{side}/{key}": getattr(head, key) for key in Head.__dataclass_fields__}
    return {key: np.asarray(value, np.float32) for key, value in parts.items()}


def load(name: str) -> Member:
    """A member of the shipped model: ``all``, or ``fold0`` ... which never met that fold's people.

    Raises ModelMissing.
    """
    with np.load(registry.file_of("fusion", "fusion.npz")) as file:
        face, voice = (
            Head(**{key: file[f"{name}/{side}/{key}"].astype(float) for key in Head.__dataclass_fields__})
            for side in ("face", "voice")
        )
        rest = {key: file[f"{name}/{key}"].astype(float) for key in ("both", "face_alone", "voice_alone")}
    return Member(face=face, voice=voice, **rest)
