"""Learn how face and voice meet in time: on real pairs of both, and for pictures of faces on what they look like to the
face model.

What the voice's rows and a change are worth, and where the voice meets a shut mouth, is learned on streams of real
pairs, a RAVDESS clip's sound beside its action units (assemble.pairs_in_turn). What a row of pictures is worth beside
such a voice is learned on PublicTest's faces, joined with the voices by class, since there are no pictures of these
people.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from ml.core.emotions import FACE_EMOTIONS, SEVEN, SPEECH_EMOTIONS
from ml.face.classifier import probabilities
from ml.fusion.combine import moments
from ml.fusion.rows import CALM, NEUTRAL, to_seven, to_states
from ml.fusion.stream import (
    CLASSES,
    TICK,
    VALENCE,
    FusionStream,
    Settings,
    bounded,
    calibrated,
    mouth_gate,
    named,
    step,
)
from ml.training.face.data import load, majority_of
from ml.training.fusion.assemble import AFTER, BEFORE, Bank, Clips, Streams, assemble, pairs_in_turn
from ml.training.fusion.evaluate import face_reading
from ml.training.fusion.pairs import Pairs

#: Streams to learn from, and to measure on.
LEARN, TEST = 360, 360
#: A change is followed once its class is named for this long (seconds).
SETTLED = 0.5
#: Ticks in the mean of the mouth, and of a clip among others.
MOUTH_TICKS, CLIP_TICKS = 12, 18
START = Settings(0.5, 0.3, 2.0, 0.9, 8.0, 0.3)
#: What a calibration's weights are drawn towards (times the identity), and how strongly.
TOWARDS, RIDGE = 0.8, 0.02
#: Margins to choose from, and what a false switch a minute costs in seconds of delay.
MARGINS, SWITCH_COSTS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0), 0.1
#: Of SPEECH_EMOTIONS, the state of each.
STATE_OF = to_states(SPEECH_EMOTIONS, np.eye(len(SPEECH_EMOTIONS))).argmax(axis=1)


def pictures(data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Rows (N, 8) that the served face model gives of PublicTest's faces, copies of training faces left out, and what
    most of FER+'s annotators saw in them (N,): recordings are read by the head that speaks their language. Raises
    FileNotFoundError."""
    x, _, row = load(data / "faces" / "fer2013_public.npz")
    seen = majority_of(row, data / "faces" / "ferplus_votes.npz")
    with np.load(data / "faces" / "fer2013_public_duplicates.npz") as file:
        usable = ~file["exact_dup_in_train"] & (seen >= 0) & (seen < len(SEVEN))
    return to_states(FACE_EMOTIONS, probabilities(x[usable], mirror=False)), seen[usable]


def voice_rows(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Rows (M, 8) of the pairs' windows of the voice, and the states of their clips (M,)."""
    rows, states = [], []
    for reading, truth in zip(pairs.voice, pairs.truth, strict=True):
        for row in [] if reading is None or reading.track is None else reading.track.probabilities:
            if row is not None:
                rows.append(row)
                states.append(STATE_OF[truth])
    return to_states(SPEECH_EMOTIONS, np.array(rows)), np.array(states)


class _Recorder(FusionStream):
    """A stream that keeps what goes into its steps."""

    def __init__(self, settings: Settings):
        super().__init__(settings, source="action_units")
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []

    def _inputs(self, start: float) -> tuple[np.ndarray, np.ndarray]:
        found = super()._inputs(start)
        self.kept.append((found[0][0], found[1][0]))
        return found


def through(pairs: Pairs, faces: np.ndarray, settings: Settings) -> Clips:
    """Pairs with their faces' probabilities (N, 8; of SPEECH_EMOTIONS) as they go through the stream, at most
    CLIP_TICKS of each."""
    face, voice = (np.full((len(pairs.truth), CLIP_TICKS, CLASSES), np.nan) for _ in range(2))
    for i, (heard, seconds) in enumerate(zip(pairs.voice, pairs.seconds, strict=True)):
        stream = _Recorder(settings)
        for _ in moments(face_reading(faces[i], seconds), heard, seconds, stream):
            pass
        for t, (seen, said) in enumerate(stream.kept[:CLIP_TICKS]):
            face[i, t], voice[i, t] = seen, said
    return Clips(face, voice, pairs.people, STATE_OF[pairs.truth])


def follow(settings: Settings, streams: Streams) -> np.ndarray:
    """The filter over all streams of pictures and voices at once: states (S, T, 8)."""
    face = calibrated(np.array(settings.face_map), streams.face)
    voice = calibrated(np.array(settings.voice_map), streams.voice)
    return _filtered(settings, face, voice, streams.mouth, settings.face)


def _filtered(settings: Settings, face, voice, mouth: np.ndarray, power: float) -> np.ndarray:
    """States (S, T, 8) along calibrated log rows (S, T, 8)."""
    count, ticks, classes = face.shape
    sums = np.cumsum(np.pad(mouth, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, ticks + 1)
    starts = np.maximum(0, ends - MOUTH_TICKS)
    gates = np.asarray(mouth_gate(settings, (sums[:, ends] - sums[:, starts]) / (ends - starts)))
    state, out = np.repeat(settings.prior[None], count, axis=0), np.zeros((count, ticks, classes))
    for t in range(ticks):
        state, _, _ = step(settings, state, face[:, t], voice[:, t], gates[:, t], power)
        out[:, t] = state
    return out


def names(settings: Settings, state: np.ndarray) -> np.ndarray:
    """The classes named (S, T) along states (S, T, 8)."""
    out = np.zeros(state.shape[:2], int)
    now = np.full(len(state), NEUTRAL)
    for t in range(state.shape[1]):
        now = out[:, t] = named(settings, state[:, t], now)
    return out


def calibration(rows: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """A map (9, 8) from a model's bounded log rows to log-probabilities under which every class is equally likely
    beforehand: multinomial logistic regression (matrix scaling; Guo et al. 2017) with each class weighted alike."""
    x, target = bounded(rows), np.eye(CLASSES)[truth]
    weight = 1 / np.maximum(np.bincount(truth, minlength=CLASSES), 1)[truth]
    weight = weight / weight.sum()
    first = np.vstack([TOWARDS * np.eye(CLASSES), np.zeros(CLASSES)])

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        mapping = p.reshape(CLASSES + 1, CLASSES)
        scores = x @ mapping[:CLASSES] + mapping[CLASSES]
        scores = scores - scores.max(axis=1, keepdims=True)
        likely = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        gap = (likely - target) * weight[:, None]
        away = (mapping - first) * np.append(np.ones(CLASSES), 0.01)[:, None]
        value = -(weight * np.log(likely[np.arange(len(truth)), truth] + 1e-12)).sum() + RIDGE * (away**2).sum()
        return value, (np.vstack([x.T @ gap, gap.sum(axis=0)]) + 2 * RIDGE * away).ravel()

    found = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B").x.reshape(CLASSES + 1, CLASSES)
    if not (truth == CALM).any():
        found[:, CALM] = found[:, NEUTRAL]  # a model that does not know calm says the same of both
    return found


def learn(pairs: Pairs, faces: np.ndarray, bank: Bank, seed: int = 0) -> Settings:
    """The settings from pairs with their faces' probabilities (N, 8) by heads that never met them, and from a ``bank``
    of pictures and of these people's voices: under which the truth of streams is likeliest, some of them without a face
    or a voice, some with a stranger's voice; then the margin that follows soon and switches seldom."""
    there = ~np.isnan(faces).any(axis=1)
    found = {
        "face_map": calibration(bank.faces, bank.face_class),
        "units_map": calibration(to_states(SPEECH_EMOTIONS, faces[there]), STATE_OF[pairs.truth[there]]),
        "voice_map": calibration(bank.voices, bank.voice_class),
    }
    maps: dict[str, Any] = {name: tuple(map(tuple, one.round(4).tolist())) for name, one in found.items()}
    streams = pairs_in_turn(through(pairs, faces, replace(START, **maps)), LEARN, seed)
    rows, columns = np.indices(streams.truth.shape)

    def settings_of(p: np.ndarray) -> Settings:
        change, units, voice, slope = np.exp(p[:4]).round(5).tolist()
        neutral = float(1 / (1 + np.exp(-p[5])))
        return replace(
            START,
            change=change,
            neutral=neutral,
            units=units,
            voice=voice,
            mouth_slope=slope,
            mouth_middle=float(p[4]),
            **maps,
        )

    def loss(p: np.ndarray) -> float:
        some = settings_of(p)
        state = _filtered(some, streams.face, streams.voice, streams.mouth, some.units)
        likely = np.log(state[rows, columns, streams.truth] + 1e-9)
        return -float(likely.mean()) + 0.001 * float(((p - first) ** 2).sum())

    powers = (START.change, START.units, START.voice, START.mouth_slope)
    first = np.array([*np.log(powers), START.mouth_middle, np.log(START.neutral / (1 - START.neutral))])
    best = settings_of(minimize(loss, first, method="L-BFGS-B", options={"maxiter": 40, "eps": 1e-3}).x)
    return _for_pictures(best, bank, seed)


def _for_pictures(best: Settings, bank: Bank, seed: int) -> Settings:
    """The power of pictures' rows, the valence's spread and the margin, on assembled streams; all else as it is."""
    changing = assemble(bank, LEARN, seed, drop=0.15, strangers=0.15)
    steady = assemble(bank, LEARN // 4, seed + 100, drop=0.15, strangers=0.15, change=False)
    streams = Streams(
        *(np.concatenate([getattr(changing, n), getattr(steady, n)]) for n in Streams.__dataclass_fields__)
    )
    rows, columns = np.indices(streams.truth.shape)

    def loss(power: float) -> float:
        seven = to_seven(follow(replace(best, face=float(np.exp(power))), streams))
        return -float(np.log(seven[rows, columns, streams.truth] + 1e-9).mean())

    power = minimize_scalar(loss, bounds=np.log((0.3, 8.0)), method="bounded", options={"maxiter": 12}).x
    best = replace(best, face=round(float(np.exp(power)), 4))
    state = follow(best, streams)
    mean = state @ VALENCE
    sd = np.sqrt(np.maximum(state @ VALENCE**2 - mean**2, 1e-9))
    spread = float(np.quantile(np.abs(VALENCE[streams.truth] - mean) / sd, 0.9))
    best = replace(
        best, spread=round(spread, 4), neutral=round(best.neutral, 4), mouth_middle=round(best.mouth_middle, 4)
    )
    costs = {}
    for margin in MARGINS:
        found = step_response(names(replace(best, margin=margin), state[: len(changing.truth)]), changing.truth)
        costs[margin] = found["mean_seconds_to_follow"] + SWITCH_COSTS * found["false_switches_a_minute"]
    return replace(best, margin=min(costs, key=costs.__getitem__))


def step_response(named_so: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """How classes named (S, T) follow a change from neutral at BEFORE seconds: seconds until the new class is named for
    SETTLED seconds (AFTER where it never is), shares of streams that follow, false switches a minute, and the share of
    moments named rightly."""
    change, settled = round(BEFORE / TICK), round(SETTLED / TICK)
    delays, switches = [], 0
    for row, true in zip(named_so, truth, strict=True):
        runs = np.convolve(row[change:] == true[-1], np.ones(settled), mode="valid") == settled
        delays.append(float(runs.argmax() + 1) * TICK if runs.any() else np.inf)
        switches += int((np.diff(row) != 0).sum()) - int(runs.any())
    found = np.array(delays)
    return {
        "median_seconds_to_follow": float(np.median(np.minimum(found, AFTER))),
        "mean_seconds_to_follow": float(np.minimum(found, AFTER).mean()),
        "followed_within_2_s": float((found <= 2).mean()),
        "never_followed": float(np.isinf(found).mean()),
        "false_switches_a_minute": max(0, switches) / (named_so.size * TICK / 60),
        "moments_named_rightly": float((named_so == truth).mean()),
    }


def figures(settings: Settings, bank: Bank, seed: int = 1) -> dict[str, Any]:
    """On streams of people and faces that the settings never met: share of moments named rightly, and how often the
    valence's interval holds the acted valence."""
    streams = assemble(bank, TEST, seed, drop=0.15, strangers=0.15)
    state = follow(settings, streams)
    mean = state @ VALENCE
    half = settings.spread * np.sqrt(np.maximum(state @ VALENCE**2 - mean**2, 0))
    inside = np.abs(VALENCE[streams.truth] - mean) <= half + 1e-9
    return {
        "moments_named_rightly": float((names(settings, state) == streams.truth).mean()),
        "valence_interval_coverage": float(inside.mean()),
        "streams": TEST,
    }
