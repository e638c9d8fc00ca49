"""How fast a voice is read on one core beside the seed project's way, and whether memory stays flat.

The seed's way: the sound is loaded whole, cut into chunks of three seconds, each turned into a log-mel spectrogram by
librosa and given to Keras' `predict` on its own (a time-distributed CNN of four blocks and two LSTMs, as its report
says; untrained, which costs the same). Both sides read the same minutes, in turns, in processes of their own; a
process's own processor time counts, which other work on the machine disturbs least. It does emotions alone; ours does
the delivery facts, speech activity and voices too.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np

from bench.long_media import repeat
from bench.measuring import BenchFailed, rows, run
from ml.media.synthetic import ANSWERS, encode, speak

__all__ = ["BenchFailed", "measure", "table"]

RATE = 16_000
LEAST_TIMES_REAL_TIME = 60.0
MOST_MEMORY_RATIO = 1.1

_OURS = """
from ml.speech.infer import read
from ml.core import runtime
runtime.session("speech")
worked, started = time.process_time(), time.perf_counter()
reading = read(sys.argv[1])
answer.update(cpu=time.process_time() - worked, seconds=time.perf_counter() - started, length=reading.seconds)
"""
_SEED = """
import warnings; warnings.filterwarnings("ignore")
import numpy as np, librosa, keras
from keras import layers
keras.utils.disable_interactive_logging()
keras.utils.set_random_seed(0)
cnn = keras.Sequential([keras.Input((128, 128, 1))])
for filters, pool in ((64, 2), (64, 4), (128, 4), (128, 4)):
    cnn.add(layers.Conv2D(filters, 3, padding="same"))
    cnn.add(layers.BatchNormalization())
    cnn.add(layers.Activation("elu"))
    cnn.add(layers.MaxPooling2D(pool))
cnn.add(layers.Flatten())
inputs = keras.Input((5, 128, 128, 1))
x = layers.TimeDistributed(cnn)(inputs)
x = layers.LSTM(256, return_sequences=True)(x)
x = layers.LSTM(256)(x)
model = keras.Model(inputs, layers.Dense(8, activation="softmax")(x))
def frames(chunk):
    mel = librosa.feature.melspectrogram(y=chunk, sr=16000, n_fft=512, hop_length=128, n_mels=128, fmax=4000)
    decibels = librosa.power_to_db(mel, ref=np.max)
    return np.stack([decibels[:, 64 * k : 64 * k + 128] for k in range(5)])[None, ..., None]
model.predict(frames(np.random.default_rng(0).standard_normal(49100).astype(np.float32)))
worked, started = time.process_time(), time.perf_counter()
samples, _ = librosa.load(sys.argv[1], sr=16000)
rows = [model.predict(frames(samples[at : at + 49100])) for at in range(0, len(samples) - 49100, 16000)]
answer.update(cpu=time.process_time() - worked, seconds=time.perf_counter() - started, length=len(samples) / 16000)
"""


def measure(minutes: tuple[float, float] | None = None, rounds: int = 2, seconds: float = 60.0) -> dict[str, Any]:
    """Speed of both sides (``rounds`` times in turns, on ``seconds`` of speech) and our peak memory on recordings of
    ``minutes``: 3 and what VIVA_BENCH_MINUTES says, else 60. ``VIVA_BENCH_MINUTES=300 ./viva bench speech`` is five
    hours. Raises BenchFailed."""
    minutes = minutes or (3, float(os.environ.get("VIVA_BENCH_MINUTES") or 60))
    with tempfile.TemporaryDirectory(prefix="viva-bench-") as name:
        folder = Path(name)
        said = np.concatenate([speak(text) for text in ANSWERS.values()])
        path = _wav(folder / "minute.wav", np.resize(said, int(seconds * RATE)))
        sides: dict[str, list[dict[str, float]]] = {"viva": [], "seed": []}
        for number in range(rounds):
            print(f"bench: speech, round {number + 1} of {rounds} …", file=sys.stderr, flush=True)
            sides["viva"].append(run(_OURS, str(path)))
            sides["seed"].append(run(_SEED, str(path)))
        found: dict[str, Any] = {"seconds": seconds, "sides": {}, "memory": []}
        for side, runs in sides.items():
            cpu = statistics.median(each["cpu"] for each in runs)
            found["sides"][side] = {
                "cpu_seconds": cpu,
                "seconds": statistics.median(each["seconds"] for each in runs),
                "times_real_time": seconds / cpu,
                "peak_mb": max(each["peak_mb"] for each in runs),
            }
        found["ratio"] = found["sides"]["seed"]["cpu_seconds"] / found["sides"]["viva"]["cpu_seconds"]
        base = folder / "base.webm"
        encode(base, None, 25, speak(ANSWERS["project"], 48_000), 48_000)
        for length in minutes:
            print(f"bench: speech, memory for {length:g} minutes …", file=sys.stderr, flush=True)
            long = folder / f"{length:g}.webm"
            repeat(base, long, 60 * length)
            found["memory"].append({"minutes": length, **run(_OURS, str(long))})
            long.unlink()
        found["memory_ratio"] = found["memory"][1]["peak_mb"] / found["memory"][0]["peak_mb"]
    return found


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    names = {"viva": "Viva: emotions, activity, voices, delivery", "seed": "the seed's way: emotions"}
    body = [
        (names[side], f"{m['cpu_seconds']:.2f}", f"{m['times_real_time']:.0f}", f"{m['peak_mb']:.0f}")
        for side, m in found["sides"].items()
    ]
    head = (f"{found['seconds']:g} s of speech, one core", "processor s", "times real time", "peak MB")
    memory = [
        (f"{m['minutes']:g}", f"{m['cpu']:.0f}", f"{60 * m['minutes'] / m['cpu']:.0f}", f"{m['peak_mb']:.0f}")
        for m in found["memory"]
    ]
    short, long = (f"{m['minutes']:g}" for m in found["memory"])
    return "\n\n".join(
        [
            rows(head, body),
            f"{found['ratio']:.1f} times as fast as the seed's way "
            f"(at least {LEAST_TIMES_REAL_TIME:g} times real time is wanted)",
            rows(("Opus, minutes", "processor s", "times real time", "peak MB"), memory),
            f"{long} minutes take {found['memory_ratio']:.2f} times the memory of {short} "
            f"(at most {MOST_MEMORY_RATIO:.2f} is wanted)\n",
        ]
    )


def _wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
