"""Face and voice in time: how fast the fused track follows a change and how much it trembles, beside the paper's mean;
and how fast ready tracks are fused."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.measuring import BenchFailed, rows
from ml.core import registry
from ml.core.emotions import SEVEN
from ml.core.errors import ModelMissing
from ml.core.readings import FaceReading, ModelVersion, SpeechReading, Track
from ml.fusion.combine import combine
from ml.fusion.rows import NEUTRAL, to_seven
from ml.fusion.stream import TICK, FusionStream, Settings, shipped
from ml.fusion.yakaew2021.stream import ALPHA, OPEN, Mean
from ml.fusion.yakaew2021.stream import STEP as PICTURE
from ml.training.fusion.assemble import AFTER, BEFORE, Bank, Streams, assemble
from ml.training.fusion.fit_stream import step_response

#: Streams that are followed, and that stay neutral to the end.
CHANGING, STEADY = 240, 60
#: Minutes of ready tracks for the speed.
MINUTES = 10


def measure() -> dict[str, Any]:
    """Step responses of each way of gathering on the same streams, and the speed of ours on ready tracks.

    The streams are put together from readings of faces and people that the weights never met (they come with the
    weights, so this needs no data). Raises BenchFailed.
    """
    try:
        settings, bank = shipped(), _bank()
    except (ModelMissing, KeyError) as failure:
        raise BenchFailed(str(failure)) from failure
    changing = assemble(bank, CHANGING, seed=11)
    steady = assemble(bank, STEADY, seed=12, change=False)
    ways = {
        "ours (filter)": lambda s: ours(settings, s),
        "the paper's mean, every 30 ms": lambda s: paper(s, round(TICK / PICTURE)),
        "the paper's mean, every row": lambda s: paper(s, 1),
    }
    return {
        "steps": {
            name: {**step_response(way(changing), changing.truth), **_steady(way(steady), steady)}
            for name, way in ways.items()
        },
        "streams": {"changing": CHANGING, "steady": STEADY, "seconds": BEFORE + AFTER, "change_at": BEFORE},
        "speed": _speed(),
    }


def ours(settings: Settings, streams: Streams) -> np.ndarray:
    """Classes named (S, T) by `FusionStream`, pushed row by row."""
    named = np.zeros(streams.truth.shape, int)
    for s in range(len(named)):
        stream, found = FusionStream(settings, voice_hold=TICK), []
        for t in range(named.shape[1]):
            face, voice = streams.face[s, t], streams.voice[s, t]
            now = {"face": None if np.isnan(face[0]) else face, "voice": None if np.isnan(voice[0]) else voice}
            found += stream.push(t * TICK, mouth=float(streams.mouth[s, t]), **now)
        found += stream.finish(named.shape[1] * TICK)
        last = NEUTRAL
        for t, moment in enumerate(found):
            last = named[s, t] = last if moment.label is None else SEVEN.index(moment.label)
    return named


def paper(streams: Streams, times: int) -> np.ndarray:
    """Classes named (S, T) by the paper's rule and mean, each row counted ``times`` times."""
    named = np.zeros(streams.truth.shape, int)
    for s in range(len(named)):
        mean = Mean(ALPHA)
        for t in range(named.shape[1]):
            row, voice = to_seven(streams.face[s, t]), to_seven(streams.voice[s, t])
            if streams.mouth[s, t] > OPEN and not np.isnan(voice[0]):
                row = (row + voice) / 2
            for _ in range(times):
                value = mean.push(row)
            named[s, t] = int(value.argmax())
    return named


def _steady(named: np.ndarray, streams: Streams) -> dict[str, float]:
    return {"switches_a_minute_while_nothing_changes": float((np.diff(named) != 0).sum()) / (named.size * TICK / 60)}


def _bank() -> Bank:
    with np.load(registry.file_of("fusion", "fusion.npz")) as file:
        found = {name: file[f"bank/{name}"] for name in Bank.__dataclass_fields__}
    return Bank(**{n: v.astype(int) if n.endswith("class") else v.astype(float) for n, v in found.items()})


def tracks(seconds: float, seed: int = 0) -> tuple[FaceReading, SpeechReading]:
    """Readings with random tracks as dense as real ones: five faces a second, a window of the voice every 1.5 s."""
    random, version = np.random.default_rng(seed), ModelVersion("bench", "0", "0")
    times = np.arange(0, seconds, 0.2)
    face = Track(SEVEN, times.tolist(), random.dirichlet(np.ones(7), len(times)).tolist())
    mouth = Track(("closed", "open"), times.tolist(), random.dirichlet(np.ones(2), len(times)).tolist())
    centres = np.arange(1.5, seconds - 1.5, 1.5)
    voice = Track(SEVEN, centres.tolist(), random.dirichlet(np.ones(7), len(centres)).tolist())
    return (
        FaceReading(version, 1.0, seconds=seconds, track=face, mouth=mouth),
        SpeechReading(version, 1.0, seconds=seconds, window_seconds=3.0, track=voice),
    )


def _speed() -> dict[str, float]:
    face, speech = tracks(60 * MINUTES)
    spent = []
    for _ in range(3):
        begun = time.process_time()  # of this process alone, whoever else is at work on the machine
        combine(face, speech)
        spent.append(time.process_time() - begun)
    return {
        "seconds_of_tracks": 60.0 * MINUTES,
        "core_seconds": min(spent),
        "times_real_time": 60 * MINUTES / min(spent),
    }


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    head = (
        "gathering",
        "s to follow (median)",
        "within 2 s",
        "never",
        "false switches/min",
        "switches/min, steady",
        "right",
    )
    body = [
        (
            name,
            f"{row['median_seconds_to_follow']:.2f}",
            f"{row['followed_within_2_s']:.0%}",
            f"{row['never_followed']:.0%}",
            f"{row['false_switches_a_minute']:.1f}",
            f"{row['switches_a_minute_while_nothing_changes']:.1f}",
            f"{row['moments_named_rightly']:.1%}",
        )
        for name, row in found["steps"].items()
    ]
    speed = found["speed"]
    return "\n".join(
        [
            rows(head, body),
            "",
            f"Ready tracks of {speed['seconds_of_tracks']:.0f} s fused in {speed['core_seconds']:.2f} s of a core: "
            f"{speed['times_real_time']:.0f} times real time.",
        ]
    )
