"""Where recordings lie: a folder, addressed by keys that we make ourselves."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from flask import current_app

_KEY = re.compile(r"[a-z]+/[0-9a-f]{32}(-[a-z]+)?\.[a-z0-9]{2,5}")


def folder() -> Path:
    """The folder of all recordings."""
    return Path(current_app.config["HOME"]) / "recordings"


def path_of(key: str) -> Path:
    """The path behind a key. Raises ValueError for anything that we did not make as a key."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"Not a storage key: {key!r}")
    return folder() / key


def put(key: str, source: Path) -> Path:
    """Move ``source`` to ``key``: whole or not at all, and on disk before this returns."""
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    if source.stat().st_dev == target.parent.stat().st_dev:
        os.replace(source, part)
    else:
        shutil.copyfile(source, part)
        source.unlink()
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(part, target)
    directory = os.open(target.parent, os.O_RDONLY)  # the name has to reach the disk too
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return target


def delete(key: str) -> None:
    """Remove what lies at ``key``; nothing there is no error."""
    path_of(key).unlink(missing_ok=True)
