"""Face and voice in time: a filter that gathers evidence and lets it fade, moment by moment. Numpy only.

A hidden state, one of the seven classes that both know or calm, changes now and then; between changes evidence adds up.
This is the forward pass of a hidden Markov model (Rabiner 1989). Its emissions are the rows of the face's and the
voice's models, each first put through a calibration that knows which classes that model mistakes for which, then raised
to a power, since neighbouring rows repeat each other. The calibrations, how often states change and where to, the
powers, how far a shut mouth takes the voice's word away, and by how much another class must lead before it is named are
learned (ml/training/fusion), on streams some of which lack a face or a voice. What is shown of a state is on the seven
common classes, calm counting as neutral; the task of the voice's eight reads the states themselves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ml.core import registry
from ml.core.emotions import SEVEN
from ml.core.statistics import softmax
from ml.fusion.rows import NEUTRAL, STATES, to_seven

#: Seconds of one step of the filter.
TICK = 0.25
#: Seconds for which a face's and a mouth's row hold.
FACE_HOLD, MOUTH_HOLD = 0.5, 3.0
#: The least probability that a row may give a class: models are never that sure.
LEAST = 0.02
CLASSES = len(STATES)
#: What each state counts for on the way from unpleasant (-1) to pleasant (1); surprise may be either.
VALENCE = np.array([{"happy": 1.0, "neutral": 0.0, "calm": 0.0, "surprise": 0.0}.get(name, -1.0) for name in STATES])
#: What a face's rows may come from: the face model, which reads pictures, or a table of action units (the videos of
#: RAVDESS's clips are not at hand; ml/training/fusion/units.py). Each has a calibration and a power of its own.
SOURCES = ("pictures", "action_units")


@dataclass(frozen=True)
class Settings:
    """What is learned. ``change``: changes a second, ``neutral``: the share of them that lead to neutral or calm;
    ``face``, ``units``, ``voice``: powers of their rows a second (of a face's from pictures, from action units);
    ``mouth_slope``, ``mouth_middle``: the voice's power is multiplied by a
    logistic function of the share of the last seconds in which the mouth was open; ``spread``: standard deviations that
    make the valence's 90 % interval; ``margin``: how many times likelier another class must be than the one named so
    far; ``face_map``, ``units_map``, ``voice_map``: the calibrations, rows of weights (8, 8) and a row of biases: (9,
    8)."""

    change: float
    neutral: float
    face: float
    voice: float
    mouth_slope: float
    mouth_middle: float
    spread: float = 1.4
    margin: float = 3.0
    units: float = 1.0
    face_map: tuple[tuple[float, ...], ...] = ()
    units_map: tuple[tuple[float, ...], ...] = ()
    voice_map: tuple[tuple[float, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold."""
        return asdict(self)

    @cached_property
    def stay(self) -> float:
        """How likely nothing changes within a TICK."""
        return float(np.exp(-self.change * TICK))

    @cached_property
    def prior(self) -> np.ndarray:
        """Where a change leads to (8,)."""
        quiet = np.isin(STATES, ("neutral", "calm"))
        return np.where(quiet, self.neutral / 2, (1 - self.neutral) / (CLASSES - 2))


def shipped() -> Settings:
    """The learned settings. Raises ModelMissing."""
    return Settings(**registry.describe("fusion")["stream"]["settings"])


@dataclass(frozen=True)
class Moment:
    """One step: ``time`` (its middle, seconds), ``probabilities`` (7,) or None where neither side could be read,
    ``valence`` (low, value, high) in -1..1 or None, ``shares`` of the evidence (face, voice) in this step, not
    normalised, ``label`` the class named, which stays until another is clearly likelier; ``states`` (8,) has what
    ``probabilities`` are made of."""

    time: float
    probabilities: np.ndarray | Any
    valence: tuple[float, float, float] | Any
    shares: tuple[float, float]
    label: str | None = None
    states: np.ndarray | None = None


def calibrated(mapping: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Bounded log-probabilities of a model's rows (..., 8) after its calibration (9, 8); NaN stays NaN."""
    scores = bounded(row) @ mapping[:CLASSES] + mapping[CLASSES]
    return bounded(softmax(scores))


def bounded(row: np.ndarray) -> np.ndarray:
    """Log-probabilities of rows (..., 8), none below LEAST."""
    return np.log((1 - LEAST * CLASSES) * row + LEAST)


def mouth_gate(settings: Settings, share: np.ndarray | float) -> np.ndarray | float:
    """What a voice counts, 0..1, beside a face whose mouth was open for a ``share`` (0..1) of the last seconds."""
    return 1 / (1 + np.exp(-settings.mouth_slope * (share - settings.mouth_middle)))


def step(
    settings: Settings, state: np.ndarray, face, voice, gate, power: float | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One TICK for many streams at once: states (S, 8), calibrated log rows (S, 8; NaN where a side is missing), gates
    (S,). ``power`` is the face's a second, where it is another than that of pictures.

    Returns the states and the powers that face and voice had, (S,) each.
    """
    seen, heard = ~np.isnan(face[:, 0]), ~np.isnan(voice[:, 0])
    power_face = TICK * (settings.face if power is None else power) * seen
    # without a face there is no mouth to go by
    power_voice = TICK * settings.voice * np.where(seen, gate, 1.0) * heard
    state = settings.stay * state + (1 - settings.stay) * settings.prior
    score = (
        np.log(state)
        + power_face[:, None] * np.where(seen[:, None], face, 0.0)
        + power_voice[:, None] * np.where(heard[:, None], voice, 0.0)
    )
    return softmax(score), power_face, power_voice


def named(settings: Settings, state: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The class of the seven common ones named (S,) in states (S, 8) after the one named ``before`` (S,)."""
    seven = to_seven(state)
    row, best = np.arange(len(seven)), seven.argmax(axis=1)
    return np.where(seven[row, best] > settings.margin * seven[row, before], best, before)


def valence(settings: Settings, state: np.ndarray) -> tuple[float, float, float]:
    """Expected valence of a state (8,), and its 90 % interval: (low, value, high), -1..1."""
    mean = float(state @ VALENCE)
    half = settings.spread * float(np.sqrt(max(state @ VALENCE**2 - mean**2, 0.0)))
    return max(-1.0, mean - half), mean, min(1.0, mean + half)


class FusionStream:
    """Face and voice of one person as they come. Push what is new with its time; moments come out as they end.

    A face's row holds for FACE_HOLD seconds, a voice's for ``voice_hold``; what arrives within a step is averaged. The
    same object serves the live room, row by row, a whole file (combine.py), and its own measurement on real pairs of
    face and voice (ml/training/fusion/evaluate.py); ``source`` says what the face's rows come from (SOURCES).
    """

    def __init__(self, settings: Settings | None = None, voice_hold: float = 1.0, source: str = "pictures"):
        self.settings = settings or shipped()
        self.voice_hold = voice_hold
        pictures = source == SOURCES[0]
        self._face_power = self.settings.face if pictures else self.settings.units
        self._face_map = np.array(self.settings.face_map if pictures else self.settings.units_map)
        self._voice_map = np.array(self.settings.voice_map)
        self._state, self._named = self.settings.prior[None], NEUTRAL
        self._ticks = 0
        self._faces: list[np.ndarray] = []
        self._face_until = self._voice_until = -1.0
        self._face = self._voice = np.full(CLASSES, np.nan)
        self._mouth: list[tuple[float, float]] = []
        self._time = 0.0

    def push(
        self, time: float, *, face=None, voice=None, mouth: float | None = None, speech: bool | None = None
    ) -> list[Moment]:
        """Take what is new at ``time`` (seconds, never going back): a face's row and a voice's, each of STATES (8,;
        `rows.to_states` makes them), how likely the mouth is open (0..1), whether somebody speaks (False takes the
        voice's row back).

        Returns the moments that ended before ``time``. Raises ValueError where time goes back.
        """
        if time < self._time:
            raise ValueError(f"time goes back from {self._time} to {time} s")
        done = self._until(time)
        self._time = time
        if face is not None:
            self._faces.append(np.asarray(face, float))
            self._face_until = time + FACE_HOLD
        if voice is not None:
            self._voice = calibrated(self._voice_map, np.asarray(voice, float))
            self._voice_until = time + self.voice_hold
        if speech is False:
            self._voice_until = -1.0
        if mouth is not None:
            self._mouth.append((time, float(mouth)))
        return done

    def finish(self, end: float) -> list[Moment]:
        """The moments that are left up to ``end`` seconds."""
        return self._until(max(end, self._time))

    def _until(self, time: float) -> list[Moment]:
        done = []
        while (self._ticks + 1) * TICK <= time + 1e-9:
            done.append(self._tick())
        return done

    def _tick(self) -> Moment:
        start, middle = self._ticks * TICK, (self._ticks + 0.5) * TICK
        self._ticks += 1
        if self._faces:
            self._face = calibrated(self._face_map, np.mean(self._faces, axis=0))
            self._faces = []
        face, voice = self._inputs(start)
        silent = bool(np.isnan(face[0, 0]) and np.isnan(voice[0, 0]))
        gate = np.ones(1) if silent else np.array([self._gate(start)])
        self._state, seen, heard = step(self.settings, self._state, face, voice, gate, self._face_power)
        if silent:
            return Moment(middle, None, None, (0.0, 0.0))
        state = self._state[0]
        self._named = int(named(self.settings, self._state, np.array([self._named]))[0])
        shares = (float(seen[0]), float(heard[0]))
        return Moment(middle, to_seven(state), valence(self.settings, state), shares, SEVEN[self._named], state)

    def _inputs(self, start: float) -> tuple[np.ndarray, np.ndarray]:
        """What face and voice say in the step that begins at ``start``: calibrated log rows (1, 8), NaN for nothing."""
        nothing = np.full((1, CLASSES), np.nan)
        face = self._face[None] if self._face_until > start else nothing
        return face, self._voice[None] if self._voice_until > start else nothing

    def _gate(self, start: float) -> float:
        while self._mouth and self._mouth[0][0] < start + TICK - MOUTH_HOLD:
            self._mouth.pop(0)
        if not self._mouth:
            return 1.0
        return float(mouth_gate(self.settings, float(np.mean([value for _, value in self._mouth]))))


def to_json(moment: Moment) -> dict[str, Any]:
    """A moment for the wire: plain numbers."""
    row = moment.probabilities
    return {
        "time": round(moment.time, 3),
        "probabilities": None if row is None else [round(float(p), 5) for p in row],
        "label": moment.label,
        "valence": None if moment.valence is None else [round(v, 4) for v in moment.valence],
    }
