"""The network, its training step, and its export. Keras runs in a process of its own: it takes seconds and memory."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from ml.core import registry, runtime
from ml.speech.features import CHUNK, CHUNK_HOP, MELS
from ml.training.speech.augment import Batches

#: Whole trainings are for the long run; each day tests/ml/training/test_smoke.py trains a step of everything.
pytestmark = pytest.mark.full
rng = np.random.default_rng(0)


CODE = """
import argparse, csv, json, sys, os, wave, keras, numpy as np
from pathlib import Path
folder = Path(sys.argv[1]); os.environ["VIVA_WEIGHTS"] = str(folder / "weights")
import tensorflow
tensorflow.config.run_functions_eagerly(True)  # two steps take less than to compile their graph
from ml.training.speech import model as network
model = keras.saving.load_model("%s", compile=False)
inputs = np.load(folder / "inputs.npz")
np.savez(folder / "outputs.npz", **{k: np.asarray(model(inputs[k], training=False)) for k in inputs})

from ml.media.synthetic import speak
for place, emotions in (("ravdess", ("calm", "angry")), ("nemo", ("neutral", "anger"))):
    (folder / "speech" / place).mkdir(parents=True)
    rows = [("file", "actor", "emotion")]
    for actor in (1, 2):
        for emotion in emotions:
            said = speak("Kids are talking.", voice=f"en-us+{'m' if place == 'nemo' else 'f'}{actor}")
            name = f"{actor}-{emotion}.wav"
            with wave.open(str(folder / "speech" / place / name), "wb") as w:
                w.setnchannels(1); w.setsampwidth(2); w.setframerate(16000)
                w.writeframes((said * 32767).astype("<i2").tobytes())
            rows.append((name, actor, emotion))
    with open(folder / "speech" / place / "manifest.csv", "w", newline="") as f:
        csv.writer(f).writerows(rows)
from ml.training.speech import evaluate, train
from ml.speech import infer
parser = argparse.ArgumentParser(); train.add_arguments(parser)
options = parser.parse_args(["--run-dir", str(folder / "run"), "--epochs", "1", "--steps", "2", "--batch", "4",
                             "--folds", "2"])
real, train.export = train.export, lambda *_: None
train.train(folder, options)
before = (folder / "run" / "fold0.weights.h5").stat().st_mtime_ns
train.export = real
train.train(folder, options)
again = before != (folder / "run" / "fold0.weights.h5").stat().st_mtime_ns
written = sorted(p.name for p in (folder / "weights").iterdir())
import shutil, ml
for path in (Path(ml.__file__).parent / "weights").glob("speech_encoder.*"):  # a model of its own, which nothing trains
    if not (folder / "weights" / path.name).exists():
        shutil.copy(path, folder / "weights")
result = evaluate.evaluate(folder / "speech" / "ravdess")
from ml.training.speech import robustness
robustness.SHARES = dict.fromkeys(robustness.SHARES, 1)
worse = robustness.measure(folder, folder / "run")
print(json.dumps({"n": result["n"], "files": written,
                  "warned": bool(result["warning"]), "trained": "twice" if again else "once",
                  "worse": worse, "table": robustness.table(worse)}))
"""


def python(code: str, folder) -> str:
    """Run a program with Keras on TensorFlow, one thread, and give what it printed."""
    environment = os.environ | {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    result = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


#: Numbers of windows and of chunks in them.
SHAPES = ((1, 1), (1, 14), (3, 6))


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> dict:
    """What one process says of all three, since loading Keras takes longer than any: the shipped network's logits; a
    training that stopped before it shipped and was called again (two synthetic actors in each data set); and what that
    training's networks lose in worse conditions."""
    folder = tmp_path_factory.mktemp("keras")
    np.savez(
        folder / "inputs.npz",
        **{f"{b}x{n}": rng.uniform(-1, 0.2, (b, n, CHUNK, MELS)).astype(np.float32) for b, n in SHAPES},
    )
    said = python(CODE % str(registry.file_of("speech", "speech.keras")), folder)
    return {"folder": folder, **json.loads(said.splitlines()[-1])}


@pytest.mark.timeout(600)
def test_onnx_agrees_with_keras_for_any_number_of_windows_and_chunks(ran, model):
    session = runtime.session("speech")
    with np.load(ran["folder"] / "inputs.npz") as inputs, np.load(ran["folder"] / "outputs.npz") as expected:
        assert len(expected.files) == len(SHAPES)
        for name in expected.files:
            (ours,) = session.run(None, {session.get_inputs()[0].name: inputs[name]})
            np.testing.assert_allclose(ours, expected[name], atol=1e-4)


@pytest.mark.timeout(600)
def test_training_ships_and_goes_on_where_it_stopped(ran):
    assert ran["trained"] == "once", "the second call found the folds trained"
    assert ran["files"] == [
        "speech.json",
        "speech.keras",
        "speech.onnx",
        "speech_encoder.onnx",
        "speech_features.npz",
        "speech_multilingual.onnx",
    ]
    assert ran["n"] == 4 and ran["warned"]


@pytest.mark.timeout(600)
def test_what_worse_conditions_cost_is_measured_for_each(ran):
    """The path, on networks of two steps: the figures mean nothing."""
    assert set(ran["worse"]) == {"ravdess", "nemo"}
    found = ran["worse"]["ravdess"]
    assert set(found) == {
        "clean",
        "opus_24_kbit",
        "noise_20_db",
        "noise_10_db",
        "telephone_band",
        "room_0.5_s",
        "pause_0.8_s",
        "pitch_4_semitones_up",
        "pitch_4_semitones_down",
    }
    assert all(0 <= row["uar"] <= 1 and 0 <= row["expected_calibration_error"] <= 1 for row in found.values())
    assert len(ran["table"].splitlines()) == 2 * len(found) + 2


@pytest.fixture
def batches() -> Batches:
    everything = list(range(8))
    voices = [
        ([rng.normal(-50, 15, (length, MELS)).astype(np.float16)], label, known, int(len(known) < 8))
        for length in (60, 180, 400)
        for label in range(8)
        for known in ([everything] if label % 2 else [everything, [0, 2, 3, 4, 5, 7]])
        if label in known
    ]
    return Batches(voices, steps=3, size=16)


def test_batches_are_well_formed_and_repeatable(batches):
    x, y = batches.batch(0, 1)
    again, _ = batches.batch(0, 1)
    other, _ = batches.batch(1, 1)
    np.testing.assert_array_equal(x, again)
    assert x.shape != other.shape or not np.array_equal(x, other)
    assert x.shape[0] == 16 and x.shape[2:] == (CHUNK, MELS) and x.dtype == np.float32
    assert np.isfinite(x).all() and x.min() >= -1
    np.testing.assert_allclose(np.maximum(y, 0).sum(axis=1), 1, atol=1e-5)
    assert ((y == -1) | (y >= 0)).all()
    np.testing.assert_array_equal(x[:, 1, : CHUNK - CHUNK_HOP], x[:, 0, CHUNK_HOP:])
