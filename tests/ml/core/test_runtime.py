"""ONNX Runtime and TensorFlow run the same networks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ml.core import runtime
from ml.core.errors import VivaError

ROOT = Path(__file__).resolve().parents[3]
BOTH = """
import json
import numpy as np
from ml.core import registry, runtime
from ml.face import classifier
from ml.speech.classifier import _layers
from ml.text.windows import WINDOW

rng = np.random.default_rng(3)
inputs = {
    "face": (rng.uniform(0, 255, (5, 48, 48, 1)), ("labels", "votes", "maps")),
    "mouth": (rng.uniform(0, 255, (5, 32, 56, 1)), (None,)),
    "speech": (rng.uniform(-1, 0, (2, 9, 40, 64)), (None,)),
    "text": (rng.normal(0, 0.1, (3, WINDOW, 300)), (None,)),
}
apart, kinds = {}, {}
for name, (batch, outputs) in inputs.items():
    network = runtime.network(name, _layers)
    onnx = runtime.OnnxNetwork(runtime.session(name))
    kinds[name] = type(network).__name__
    for output in outputs:
        theirs, ours = (each.run(batch.astype(np.float32), output) for each in (network, onnx))
        assert theirs.shape == ours.shape, (name, theirs.shape, ours.shape)
        scale = max(1.0, float(np.abs(ours).max()))
        apart[f"{name} {output}"] = float(np.abs(theirs - ours).max()) / scale
print(json.dumps({"apart": apart, "kinds": kinds, "runtimes": runtime.runtimes()}))
"""


def run(code: str, setting: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, runtime.VARIABLE: setting}
    environment.pop("KERAS_BACKEND", None)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_every_network_with_a_keras_file_says_the_same_in_tensorflow():
    done = run(BOTH, "tensorflow")
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found["kinds"].values()) == {"KerasNetwork"}
    assert max(found["apart"].values()) < 1e-5, found["apart"]
    assert {name for name, what in found["runtimes"].items() if what == "tensorflow"} == set(found["kinds"])
    only_onnx = {"face_quick", "speech_encoder", "speech_multilingual", "paper_visual", "paper_audio", "paper_mouth"}
    assert {name for name, what in found["runtimes"].items() if what == "onnxruntime"} == only_onnx


def test_onnx_runtime_is_the_default_and_loads_no_tensorflow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(runtime.VARIABLE, raising=False)
    assert set(runtime.runtimes().values()) == {"onnxruntime"}
    code = (
        "import sys\nfrom ml.core import runtime\nruntime.network('mouth')\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    assert run(code, "").returncode == 0


def test_another_name_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(runtime.VARIABLE, "torch")
    with pytest.raises(VivaError, match="onnxruntime or tensorflow"):
        runtime.network("mouth")


def test_who_forks_stays_with_onnx_runtime(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(runtime.VARIABLE, "tensorflow")
    monkeypatch.setattr(runtime, "_pinned", False)
    assert runtime.runtime_of("face") == "tensorflow"
    runtime.pin_onnx()
    assert runtime.runtime_of("face") == "onnxruntime"
