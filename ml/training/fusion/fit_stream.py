"""Learn how face and voice meet in time, on streams put together from held-out readings (assemble.py)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ml.core.readings import SPEECH_EMOTIONS
from ml.face.classifier import probabilities
from ml.fusion.rows import to_face_classes
from ml.fusion.stream import CLASSES, NEUTRAL, TICK, VALENCE, Settings, bounded, calibrated, mouth_gate, named, step
from ml.training.face.data import load, majority_of
from ml.training.fusion.assemble import AFTER, BEFORE, Bank, Streams, assemble

#: Streams to learn from, and to measure on.
LEARN, TEST = 360, 360
#: A change is followed once its class is named for this long (seconds).
SETTLED = 0.5
#: Ticks in the mean of the mouth.
MOUTH_TICKS = 12
#: The speech model's fold whose people stay out of the learning; every other face stays out too.
TEST_FOLD = 4
START = Settings(0.5, 0.3, 2.0, 0.9, 8.0, 0.3)
#: What a calibration's weights are drawn towards (times the identity), and how strongly.
TOWARDS, RIDGE = 0.8, 0.02
#: Margins to choose from, and what a false switch a minute costs in seconds of delay.
MARGINS, SWITCH_COSTS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0), 0.1


def banks(data: Path, held_out: Path) -> tuple[Bank, Bank]:
    """Rows to learn from and rows to measure on: other faces, other people's voices.

    A face is read once, as the samples of a recording are, and its class is what most of FER+'s annotators saw: the
    head that recordings are read with speaks their language, not that of FER2013's labels. ``held_out`` is the file of
    the speech model's cross-validation (calibrated probabilities, truth, fold). Raises FileNotFoundError.
    """
    if not held_out.is_file():
        raise FileNotFoundError(f"there is no {held_out}. Train the voice first (./viva train speech --data DIR)")
    with np.load(held_out) as file:
        spoken, truth, fold = file["probabilities"].astype(float), file["truth"], file["fold"]
    voices = to_face_classes(SPEECH_EMOTIONS, spoken)
    voice_class = to_face_classes(SPEECH_EMOTIONS, np.eye(len(SPEECH_EMOTIONS))).argmax(axis=1)[truth]
    x, _, row = load(data / "faces" / "fer2013_public.npz")
    seen = majority_of(row, data / "faces" / "ferplus_votes.npz")
    with np.load(data / "faces" / "fer2013_public_duplicates.npz") as file:
        usable = ~file["exact_dup_in_train"] & (seen >= 0)
    faces, face_class = probabilities(x[usable], mirror=False), seen[usable]
    odd = np.arange(len(faces)) % 2 == 1
    learn, test = fold != TEST_FOLD, fold == TEST_FOLD
    return (
        Bank(faces[~odd], face_class[~odd], voices[learn], voice_class[learn]),
        Bank(faces[odd], face_class[odd], voices[test], voice_class[test]),
    )


def follow(settings: Settings, streams: Streams) -> np.ndarray:
    """The filter over all streams at once: states (S, T, 7)."""
    count, ticks, classes = streams.face.shape
    face = calibrated(np.array(settings.face_map), streams.face)
    voice = calibrated(np.array(settings.voice_map), streams.voice)
    sums = np.cumsum(np.pad(streams.mouth, ((0, 0), (1, 0))), axis=1)
    ends = np.arange(1, ticks + 1)
    starts = np.maximum(0, ends - MOUTH_TICKS)
    gates = np.asarray(mouth_gate(settings, (sums[:, ends] - sums[:, starts]) / (ends - starts)))
    state, out = np.repeat(settings.prior[None], count, axis=0), np.zeros((count, ticks, classes))
    for t in range(ticks):
        state, _, _ = step(settings, state, face[:, t], voice[:, t], gates[:, t])
        out[:, t] = state
    return out


def names(settings: Settings, state: np.ndarray) -> np.ndarray:
    """The classes named (S, T) along states (S, T, 7)."""
    out = np.zeros(state.shape[:2], int)
    now = np.full(len(state), NEUTRAL)
    for t in range(state.shape[1]):
        now = out[:, t] = named(settings, state[:, t], now)
    return out


def calibration(rows: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """A map (8, 7) from a model's bounded log rows to log-probabilities under which every class is equally likely
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

    return minimize(loss, first.ravel(), jac=True, method="L-BFGS-B").x.reshape(CLASSES + 1, CLASSES)


def learn(bank: Bank, seed: int = 0) -> Settings:
    """The settings under which the truth of assembled streams is likeliest, some of them without a face or a voice,
    some with a stranger's voice, some neutral to the end; then the margin that follows soon and switches seldom."""
    changing = assemble(bank, LEARN, seed, drop=0.15, strangers=0.15)
    steady = assemble(bank, LEARN // 4, seed + 100, drop=0.15, strangers=0.15, change=False)
    streams = Streams(
        *(np.concatenate([getattr(changing, n), getattr(steady, n)]) for n in Streams.__dataclass_fields__)
    )
    face_map = calibration(bank.faces, bank.face_class).round(4)
    voice_map = calibration(bank.voices, bank.voice_class).round(4)
    maps: dict[str, Any] = {
        "face_map": tuple(map(tuple, face_map.tolist())),
        "voice_map": tuple(map(tuple, voice_map.tolist())),
    }
    rows, columns = np.indices(streams.truth.shape)

    def settings_of(p: np.ndarray) -> Settings:
        change, face, voice, slope = np.exp(p[:4]).round(5).tolist()
        return Settings(change, float(1 / (1 + np.exp(-p[5]))), face, voice, slope, float(p[4]), **maps)

    def loss(p: np.ndarray) -> float:
        likely = np.log(follow(settings_of(p), streams)[rows, columns, streams.truth] + 1e-9)
        return -float(likely.mean()) + 0.001 * float(((p - first) ** 2).sum())

    powers = (START.change, START.face, START.voice, START.mouth_slope)
    first = np.array([*np.log(powers), START.mouth_middle, np.log(START.neutral / (1 - START.neutral))])
    best = settings_of(minimize(loss, first, method="L-BFGS-B", options={"maxiter": 40, "eps": 1e-3}).x)
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


def fit(data: Path, held_out: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What goes into the card under ``stream``, and the bank to measure on as arrays for ``fusion.npz``."""
    learned, test = banks(data, held_out)
    settings = learn(learned)
    stored = {f"bank/{name}": getattr(test, name) for name in Bank.__dataclass_fields__}
    packed = {k: v.astype(np.int8 if k.endswith("_class") else np.float16) for k, v in stored.items()}
    return {"settings": settings.to_json(), "figures": figures(settings, test)}, packed
