"""Train the network that says what is a voice.

Voices are clips of RAVDESS and nEMO strung together, and eSpeak NG's, degraded by noise, a phone's band and rooms;
what is no voice is made by ``non_speech``. The test part has other speakers and sounds than the training part.
The rows of statistics are kept under ``runs/voice``.
"""

from __future__ import annotations

import argparse
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import butter, lfilter
from sklearn.neural_network import MLPClassifier

from ml.core import registry
from ml.media.synthetic import ANSWERS, speak
from ml.speech import delivery, voice_classifier
from ml.speech.features import FFT, HOP, RATE, log_mel, steady_pieces
from ml.training.speech import non_speech
from ml.training.speech.data import Clip, clips, load, speakers

SECONDS = 8.0
THRESHOLD = 0.3
CACHE = Path("runs/voice")


def rows_of(samples: np.ndarray) -> np.ndarray:
    """The statistics of a short sound, as `ml.speech.first_pass` gathers them."""
    meter, overlap = voice_classifier.Accumulator(), delivery.PITCH_FRAME - HOP
    for _, piece in steady_pieces([samples.astype(np.float32)], RATE + overlap, overlap):
        meter.feed(log_mel(piece[: RATE + FFT - HOP]), delivery.pitch(piece))
    return meter.finish()[:]


def _spoken(found: list[Clip], rng: np.random.Generator) -> np.ndarray:
    out, time = np.zeros(int(RATE * SECONDS)), rng.uniform(0, 0.8)
    while time < SECONDS - 0.6:
        clip = load(found[rng.integers(len(found))].path)
        clip = clip / np.abs(clip).max()
        loud = np.flatnonzero(np.abs(clip) > 0.03)
        clip = clip[loud[0] : loud[-1]]
        at = int(time * RATE)
        out[at : at + len(clip)] += clip[: len(out) - at]
        time += len(clip) / RATE + rng.uniform(0.1, 1.0)
    return out


def _degraded(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.25:
        sound = lfilter(*butter(4, [300 / 8000, 3400 / 8000], "band"), sound)
    if rng.random() < 0.5:
        other = non_speech.MAKERS[rng.choice(["noise", "motor", "music", "bursts"])](rng, len(sound) / RATE)[
            : len(sound)
        ]
        ratio = np.sqrt(np.mean(sound**2)) / (np.sqrt(np.mean(other**2)) + 1e-9)
        sound = sound + other * ratio * 10 ** (-rng.uniform(6, 30) / 20)
    return non_speech.recorded(sound, rng)


def aggregate(data: Path) -> dict[tuple[str, str], list[np.ndarray]]:
    """Rows of statistics of each sound, {(part, name): [rows]}; ``name`` is "voice" or one of `non_speech.MAKERS`."""
    pools = {name: clips(data / "speech" / name) for name in ("ravdess", "nemo")}
    actors = {name: speakers(pool) for name, pool in pools.items()}
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for part, count, seed in (("train", 90, 1), ("test", 50, 2)):
        rng = np.random.default_rng(seed)
        said = []
        for name, split in (("ravdess", 14), ("nemo", 6)):
            chosen = actors[name][:split] if part == "train" else actors[name][split:]
            for k in range(count * (2 if name == "ravdess" else 1)):
                own = [c for c in pools[name] if c.actor == chosen[k % len(chosen)]]
                said.append(rows_of(_degraded(_spoken(own, rng), rng)))
        for k in range(count // 3):
            whole = speak(list(ANSWERS.values())[k % 3], voice="en-us" + ["", "+f3", "+m2", "+f1"][k % 4])
            at = rng.integers(0, len(whole) - int(SECONDS * RATE) - 1)
            said.append(rows_of(_degraded(whole[at : at + int(SECONDS * RATE)], rng)))
        found[part, "voice"] = said
        for name, make in non_speech.MAKERS.items():
            found[part, name] = [rows_of(non_speech.recorded(make(rng, SECONDS), rng)) for _ in range(count)]
    return found


def _heard(rows: list[np.ndarray]) -> np.ndarray:
    """The features of every step around which at least a quarter of a second sounds."""
    return np.vstack(
        [
            voice_classifier.voice_features(r)[
                voice_classifier.around(r[:, :1], voice_classifier.AROUND_VOICE)[:, 0] >= 25
            ]
            for r in rows
        ]
    )


def _network(found: dict, others: list[str]) -> tuple[MLPClassifier, np.ndarray, np.ndarray]:
    said, rest = _heard(found["train", "voice"]), np.vstack([_heard(found["train", name]) for name in others])
    inputs, truth = np.vstack([said, rest]), np.r_[np.ones(len(said)), np.zeros(len(rest))]
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    network = MLPClassifier((24,), alpha=0.3, max_iter=200, random_state=0, early_stopping=True)
    return network.fit(np.clip((inputs - centre) / scale, -6, 6), truth), centre, scale


def _share(network: tuple, rows: list[np.ndarray]) -> float:
    model, centre, scale = network
    chances = model.predict_proba(np.clip((_heard(rows) - centre) / scale, -6, 6))[:, 1]
    return round(float((chances > THRESHOLD).mean()), 4)


def train(data: Path) -> dict[str, Any]:
    """Train it, write the weights and their description, return the figures."""
    cache = CACHE / "sounds.pickle"
    if not cache.is_file():
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps(aggregate(data)))
    found = pickle.loads(cache.read_bytes())  # noqa: S301 (we wrote it)
    names = list(non_speech.MAKERS)
    figures: dict[str, Any] = {
        "protocol": f"other speakers and other sounds than in training; probability above {THRESHOLD}",
        "never_trained_called_voice": {
            name: _share(_network(found, [n for n in names if n != name]), found["test", name]) for name in names
        },
    }
    network = _network(found, names)
    figures["voice_kept"] = _share(network, found["test", "voice"])
    figures["called_voice"] = {name: _share(network, found["test", name]) for name in names}
    model, centre, scale = network
    path = registry.weights_folder() / "voice.npz"
    values = {
        "centre": centre,
        "scale": scale,
        "hidden": model.coefs_[0],
        "hidden_bias": model.intercepts_[0],
        "out": model.coefs_[1],
        "out_bias": model.intercepts_[1],
    }
    np.savez(path, threshold=THRESHOLD, **{k: v.astype(np.float32) for k, v in values.items()})
    card = {
        "name": "voice",
        "version": registry.next_version("voice"),
        "data": [
            "RAVDESS speech, actors 1-20 (CC BY-NC-SA 4.0)",
            "nEMO, 9 actors (CC BY-NC-SA 4.0)",
            "eSpeak NG, and sounds of our own making (ml/training/speech/non_speech.py)",
        ],
        "figures": figures,
        "files": {"voice.npz": registry.sha256(path)},
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print(json.dumps(train(parser.parse_args().data), indent=1))
