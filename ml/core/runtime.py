"""What runs a network: ONNX Runtime, or TensorFlow where ``VIVA_RUNTIME=tensorflow`` asks for it (on a GPU, say).

Each network ships as an ONNX file, most of them as a Keras file too; the two agree to 1e-5 (a test compares). A network
or an output without a Keras file is run by ONNX Runtime under either setting: `runtimes` says which that are. The live
room's readers are forked from a process that has loaded the models, which TensorFlow does not survive: they call
`pin_onnx` first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime

from ml.core import registry
from ml.core.errors import ModelMissing, VivaError

ONNX, TENSORFLOW = "onnxruntime", "tensorflow"
VARIABLE = "VIVA_RUNTIME"
_pinned = False


class Network(Protocol):
    """A network with one input."""

    def run(self, batch: np.ndarray, output: str | None = None) -> np.ndarray:
        """The named output, else the first, for float32 (N, ...)."""
        ...

    def several(self, batch: np.ndarray, outputs: tuple[str, ...]) -> list[np.ndarray]:
        """The named outputs for float32 (N, ...), of one pass."""
        ...


def setting() -> str:
    """The runtime that ``VIVA_RUNTIME`` names. Raises VivaError (``runtime``) for a name that is none."""
    name = ONNX if _pinned else os.environ.get(VARIABLE) or ONNX
    if name not in (ONNX, TENSORFLOW):
        raise VivaError("runtime", f"{VARIABLE} is {name!r}; it can be {ONNX} or {TENSORFLOW}.")
    return name


def pin_onnx() -> None:
    """From now on this process runs everything by ONNX Runtime, whatever is set."""
    global _pinned
    _pinned = True


def runtime_of(name: str) -> str:
    """What runs a model's network under the present setting."""
    has_keras = f"{name}.keras" in registry.describe(name)["files"]
    return TENSORFLOW if has_keras and setting() == TENSORFLOW else ONNX


def network(name: str, layers: Callable[[], dict[str, Any]] = dict) -> Network:
    """A model's network; one per process and file. ``layers`` imports the layers of ours that its Keras file names.

    Raises ModelMissing, VivaError (``runtime``).
    """
    chosen = runtime_of(name)

    def load() -> Network:
        onnx = OnnxNetwork(session(name))
        if chosen == ONNX:
            return onnx
        path = registry.file_of(name, f"{name}.keras")
        return KerasNetwork(_keras(path, registry.stamp(path), layers), onnx)

    found: Network = registry.kept((chosen, name), load)
    return found


class OnnxNetwork:
    """A network in an ONNX Runtime session."""

    def __init__(self, session: onnxruntime.InferenceSession):
        self.session = session
        self._input = session.get_inputs()[0].name

    def run(self, batch: np.ndarray, output: str | None = None) -> np.ndarray:
        """The named output, else the first."""
        found: np.ndarray = self.session.run(None if output is None else [output], {self._input: batch})[0]
        return found

    def several(self, batch: np.ndarray, outputs: tuple[str, ...]) -> list[np.ndarray]:
        """The named outputs, of one pass."""
        found: list[np.ndarray] = self.session.run(list(outputs), {self._input: batch})
        return found


class KerasNetwork:
    """A network in TensorFlow; outputs that only its ONNX file has come from there."""

    def __init__(self, function: Any, onnx: OnnxNetwork):
        self._function, self._onnx = function, onnx

    def run(self, batch: np.ndarray, output: str | None = None) -> np.ndarray:
        """The named output, else the first."""
        found = self._function(np.asarray(batch, np.float32))
        if isinstance(found, dict):
            if output not in found:
                return self._onnx.run(batch, output)
            found = found[output]
        answer: np.ndarray = found.numpy()
        return answer

    def several(self, batch: np.ndarray, outputs: tuple[str, ...]) -> list[np.ndarray]:
        """The named outputs; those that only the ONNX file has are of a pass of its own."""
        return [self.run(batch, output) for output in outputs]


def session(name: str, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session of a model; one per process, file and thread count. Raises ModelMissing."""
    return registry.kept((name, threads), lambda: session_of(registry.file_of(name, f"{name}.onnx"), threads))


def session_of(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session of a file that `registry.file_of` gave; one per process, file and thread count."""
    return _open_session(path, registry.stamp(path), threads)


@lru_cache(maxsize=8)
def _open_session(path: Path, _stamp: registry.Stamp, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=8)
def _keras(path: Path, _stamp: registry.Stamp, layers: Callable[[], dict[str, Any]]) -> Any:
    """A Keras file as a compiled function of one batch."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import keras
        import tensorflow as tf
    except ImportError as error:
        raise ModelMissing(
            "model_missing", f"{VARIABLE} asks for TensorFlow, which is not installed here. Install it, or unset that."
        ) from error
    if keras.backend.backend() != "tensorflow":
        raise VivaError("runtime", f"{VARIABLE} asks for TensorFlow, but KERAS_BACKEND is another.")
    model = keras.models.load_model(path, custom_objects=layers(), compile=False)
    return tf.function(lambda batch: model(batch, training=False), reduce_retracing=True)


def runtimes() -> dict[str, str]:
    """What runs each network that ships, under the present setting, by model."""
    found = {}
    for card in sorted(registry.weights_folder().glob("*.json")):
        files = registry.describe(card.stem).get("files", {})
        for name in (file.removesuffix(".onnx") for file in files if file.endswith(".onnx")):
            found[name] = runtime_of(card.stem) if name == card.stem else ONNX
    return found
