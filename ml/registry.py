"""Where the trained models are, and whether they are the ones that their cards describe.

Each model is a pair in ``ml/weights``: ``<name>.onnx`` (what serves) and ``<name>.json`` (its version, hash, training
data, calibration and figures). Further files that a model needs (``<name>.keras``, vectors) stand beside it, listed
under ``files`` with their hashes.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import onnxruntime

from ml.errors import ModelMissing
from ml.readings import ModelVersion

NAMES = ("face", "speech", "text")


def weights_folder() -> Path:
    """The folder of the weights; ``VIVA_WEIGHTS`` moves it."""
    return Path(os.environ.get("VIVA_WEIGHTS") or Path(__file__).parent / "weights")


def sha256(path: Path) -> str:
    """Hash a file without reading it into memory at once."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe(name: str) -> dict[str, Any]:
    """Read a model's metadata.

    Raises ModelMissing: ``model_missing`` where the file is absent, ``model_damaged`` where it is no JSON.
    """
    path = weights_folder() / f"{name}.json"
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelMissing(
            "model_missing",
            f"The {name} model is missing ({path.name} in ml/weights). Restore it from the repository, or train it: "
            f"./viva train {name} --data DIR",
        ) from None
    except ValueError:  # JSONDecodeError, UnicodeDecodeError
        raise ModelMissing(
            "model_damaged", f"The file {path.name} in ml/weights is damaged. Restore it from the repository."
        ) from None


def file_of(name: str, filename: str) -> Path:
    """The path of one of a model's files, checked against the hash in its metadata once per process.

    Raises ModelMissing (``model_missing``, ``model_damaged``).
    """
    expected = describe(name)["files"].get(filename)
    path = weights_folder() / filename
    if not path.is_file():
        raise ModelMissing(
            "model_missing",
            f"The {name} model is missing ({filename} in ml/weights). Restore it from the repository, or train it: "
            f"./viva train {name} --data DIR",
        )
    if _hash_once(path, path.stat().st_mtime_ns) != expected:
        raise ModelMissing(
            "model_damaged",
            f"The file {filename} in ml/weights is not the one that {name}.json describes. "
            "Restore both from the repository.",
        )
    return path


@lru_cache(maxsize=32)
def _hash_once(path: Path, _modified: int) -> str:
    return sha256(path)


def version_of(name: str) -> ModelVersion:
    """Which model ``name`` stands for at present."""
    card = describe(name)
    return ModelVersion(name=card["name"], version=card["version"], sha256=card["files"][f"{name}.onnx"])


def next_version(name: str) -> str:
    """``NAME-YEAR.MONTH.N`` for new weights: N counts a month's exports, so that no two weights share a version."""
    prefix = f"{name}-{datetime.date.today():%Y.%m}."
    try:
        last = str(describe(name)["version"])
    except (ModelMissing, KeyError):
        last = ""
    number = last.removeprefix(prefix)
    return prefix + (str(int(number) + 1) if last.startswith(prefix) and number.isdigit() else "1")


def session(name: str, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session of a model; one per process, file and thread count."""
    path = file_of(name, f"{name}.onnx")
    return _open_session(path, path.stat().st_mtime_ns, threads)


@lru_cache(maxsize=8)
def _open_session(path: Path, _modified: int, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
