"""Weights of the model versions that served here, kept in the data folder, so that an earlier version can read again.

``HOME/weights/VERSION`` has everything that a version needs. A file that several versions share is stored once, under
``HOME/weights/files`` by its hash.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app

from ml.core import children, registry
from ml.core.errors import MediaError, ModelMissing, Unreadable
from ml.core.messages import N_
from ml.core.readings import Reading, open_reading
from webapp.core.settings import ROOT
from webapp.policy import Modality
from webapp.policy.models import NEWEST, OFF
from webapp.policy.switches import switched_on

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
#: Seconds between two signs of life while another process reads.
_EVERY = 2.0


def _root() -> Path:
    return Path(current_app.config["HOME"]) / "weights"


def folder_of(version: str) -> Path | None:
    """The folder with the weights of a version; None where they are not kept."""
    folder = _root() / version
    return folder if _VERSION.fullmatch(version) and version != "files" and folder.is_dir() else None


def kept(modality: Modality) -> list[str]:
    """The versions of a model whose weights are kept, the newest first."""
    found = [path.name for path in _root().glob("*") if _card(path, modality.value).get("version") == path.name]
    return sorted(found, reverse=True)


def keep(source: Path | None = None) -> list[str]:
    """Keep the weights in a folder, of the installed versions without one; the versions that are new here.

    A model whose files are not what its card says is left out.
    """
    source = source or registry.weights_folder()
    new = {name: str(_card(source, name).get("version", "")) for name in registry.NAMES}
    new = {
        name: version
        for name, version in new.items()
        if _VERSION.fullmatch(version) and folder_of(version) is None and _is_whole(source, name)
    }
    if not new:
        return []
    files = _stored(source)
    for version in new.values():
        draft = _root() / f".{secrets.token_hex(8)}"
        draft.mkdir(mode=0o700)
        for name, path in files.items():
            os.link(path, draft / name)
        draft.rename(_root() / version)
    return list(new.values())


def _stored(source: Path) -> dict[str, Path]:
    """Every file of a folder of weights, stored by its hash: name → where."""
    shelf = _root() / "files"
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = {}
    for path in sorted(source.iterdir()):
        if path.is_file():
            target = shelf / registry.sha256(path)
            if not target.exists():
                part = shelf / f".{secrets.token_hex(8)}"
                shutil.copyfile(path, part)
                part.rename(target)
            found[path.name] = target
    return found


def _is_whole(folder: Path, name: str) -> bool:
    files = _card(folder, name).get("files", {})
    return bool(files) and all(
        (folder / file).is_file() and (len(wanted) != 64 or registry.sha256(folder / file) == wanted)
        for file, wanted in files.items()
    )


def _card(folder: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((folder / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def reading_version(organisation_id: str | None, modality: Modality) -> str:
    """The version that reads: the one that is switched on, where its weights are kept; else the installed."""
    installed = str(registry.describe(modality.value)["version"])
    on = switched_on(organisation_id, modality)
    return on if on not in (NEWEST, OFF) and folder_of(on) is not None else installed


def weights_for(organisation_id: str | None, modality: Modality) -> Path | None:
    """The folder of the earlier version that reads; None where the installed one does."""
    on = switched_on(organisation_id, modality)
    if on in (NEWEST, OFF) or on == registry.describe(modality.value)["version"]:
        return None
    return folder_of(on)


def read(modality: Modality, source: str, progress: Callable[[float], None], weights: Path) -> Reading:
    """Read with the weights in a folder, in a process of its own. Raises Unreadable, MediaError and ModelMissing."""
    words = modality is Modality.TEXT
    process = children.start(
        "-m", "ml.one_reading", modality.value, *([] if words else [source]),
        cwd=ROOT, env={**os.environ, "VIVA_WEIGHTS": str(weights), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        given: bytes | None = source.encode() if words else b""
        while True:
            try:
                output, _nothing = process.communicate(given, timeout=_EVERY)
                break
            except subprocess.TimeoutExpired:
                given = None
                progress(0.5)  # raises where the lease is lost
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return _opened(modality, output)


def _opened(modality: Modality, output: bytes) -> Reading:
    try:
        found = json.loads(output)
    except ValueError:
        raise ModelMissing(
            "model_unusable",
            N_("The earlier version that is switched on cannot read here any more. Switch another one on."),
        ) from None
    if "reading" in found:
        return open_reading(modality.value, found["reading"])
    kinds: dict[str, type[Exception]] = {"unreadable": Unreadable, "media": MediaError, "model": ModelMissing}
    raise kinds[found["error"]](found["code"], found["message"])
