"""Where the trained models are, and whether they are the ones that their cards describe.

Each model is a pair in ``ml/weights``: ``<name>.onnx`` (what serves) and ``<name>.json`` (its version, hash, training
data, calibration and figures). Further files that a model needs (``<name>.keras``, vectors) stand beside it, listed
under ``files`` with their hashes.

Cards, hashes and sessions are kept in memory as long as their files stay the same; a process that must not stumble over
files being replaced says so with `hold`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ml.core.errors import ModelMissing
from ml.core.readings import ModelVersion

NAMES = ("face", "speech", "text")


def weights_folder() -> Path:
    """The folder of the weights; ``VIVA_WEIGHTS`` moves it."""
    return Path(os.environ.get("VIVA_WEIGHTS") or Path(__file__).resolve().parents[1] / "weights")


def sha256(path: Path) -> str:
    """Hash a file without reading it into memory at once."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


Stamp = tuple[int, int]
_seen: dict[Path, Stamp] = {}
#: While this process holds: cards and sessions by name, without a look at any file.
_held: dict[Any, Any] = {}
_holding = False


def stamp(path: Path) -> Stamp:
    """What tells one state of a file from another: nanoseconds of its last change, and its bytes.

    What is made from a model's files is cached under this, so that `hold` holds it. Raises FileNotFoundError.
    """
    if not (_holding and path in _seen):
        status = path.stat()
        _seen[path] = status.st_mtime_ns, status.st_size
    return _seen[path]


def hold() -> None:
    """From now on this process, and those that it forks, go on with the models that they have loaded.

    New weights come file by file: for a moment card and network belong to different versions. The live room's readers,
    which have all that they need when they start, don't notice; they take the new version when they are started anew.
    """
    global _holding
    _holding = True


def describe(name: str) -> dict[str, Any]:
    """A model's metadata: a dictionary of one's own, whose values are shared and not to be changed.

    Raises ModelMissing: ``model_missing`` where the file is absent, ``model_damaged`` where it is no JSON.
    """
    return dict(kept(name, lambda: _card(name)))


def kept(key: Any, make: Callable[[], Any]) -> Any:
    """What ``make`` makes; while this process holds (`hold`), what it made the first time for ``key``."""
    if not _holding:
        return make()
    if key not in _held:
        _held[key] = make()
    return _held[key]


def _card(name: str) -> dict[str, Any]:
    path = weights_folder() / f"{name}.json"
    try:
        return _read_card(path, stamp(path))
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


@lru_cache(maxsize=64)
def _read_card(path: Path, _stamp: Stamp) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return card


def file_of(name: str, filename: str) -> Path:
    """The path of one of a model's files, checked against the hash in its metadata whenever it changes.

    Raises ModelMissing (``model_missing``, ``model_damaged``).
    """
    expected = describe(name)["files"].get(filename)
    path = weights_folder() / filename
    try:
        found = _hash_once(path, stamp(path))
    except (FileNotFoundError, IsADirectoryError):
        raise ModelMissing(
            "model_missing",
            f"The {name} model is missing ({filename} in ml/weights). Restore it from the repository, or train it: "
            f"./viva train {name} --data DIR",
        ) from None
    if found != expected:
        raise ModelMissing(
            "model_damaged",
            f"The file {filename} in ml/weights is not the one that {name}.json describes. "
            "Restore both from the repository.",
        )
    return path


@lru_cache(maxsize=64)
def _hash_once(path: Path, _stamp: Stamp) -> str:
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
