"""Where recordings lie: a folder, addressed by keys that we make ourselves."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from pathlib import Path

from flask import current_app

_KEY = re.compile(r"[a-z]+/[0-9a-f]{32}(-[a-z0-9]+)?\.[a-z0-9]{2,5}")


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


def read(key: str) -> bytes | None:
    """The bytes at ``key``; None where there is nothing. For small things only."""
    try:
        return path_of(key).read_bytes()
    except FileNotFoundError:
        return None


def write(key: str, data: bytes) -> None:
    """Put small ``data`` at ``key``, whole or not at all. For what can be made again: it is not forced onto the
    disk."""
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    part.write_bytes(data)
    os.replace(part, target)


def keys_of(kind: str, owner_id: str = "") -> list[str]:
    """The keys of one kind, of one owner (32 hexadecimal digits) or of all, the oldest first."""
    found = []
    for path in (folder() / kind).glob(f"{owner_id}*"):
        if _KEY.fullmatch(f"{kind}/{path.name}"):
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, f"{kind}/{path.name}"))
    return [key for _, key in sorted(found)]


def owners_of(kind: str) -> set[str]:
    """The ids to which things of one kind belong, unfinished ones included."""
    return {path.name[:32] for path in (folder() / kind).glob("*")}


def delete_of(kind: str, owner_id: str) -> None:
    """Remove all of one kind that belongs to ``owner_id``, unfinished things included."""
    if not re.fullmatch(r"[0-9a-f]{32}", owner_id):
        raise ValueError(f"Not an id: {owner_id!r}")
    for path in (folder() / kind).glob(f"{owner_id}*"):
        path.unlink(missing_ok=True)
