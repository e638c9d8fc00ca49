"""Moving storage from one place to another while Viva runs: every file copied, read back and compared.

The present storage stays the truth until the settings say otherwise, so that the last run, with Viva stopped, has
seconds of work. What an earlier run put there and was erased here since goes there, too. What no run of ours put there
may be somebody's only copy (the settings may name the wrong one of two places): then nothing is done.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from webapp.core.object_uploads import ARRIVING, ObjectUploads

_ID = re.compile(r"[0-9a-f]{32}")
_BLOCK = 1 << 20


class StrangeFilesError(ValueError):
    """There are files that are not here, and that no run put there."""


class Moved:
    """The keys that runs have put in one place, kept in a file of the data folder as lines."""

    def __init__(self, home: Path, address: str) -> None:
        self._path = home / "moved" / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.txt"
        self.keys = set(self._path.read_text("utf-8").splitlines()) if self._path.is_file() else set()

    def add(self, key: str) -> None:
        """Keep a key before anything is stored under it: a run that is killed has put there what it says, or less."""
        if key not in self.keys:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(f"{key}\n")
            self.keys.add(key)


def move(
    source: Any,
    target: Any,
    moved: Moved,
    *,
    check: bool = False,
    replace: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, int]:
    """Make ``target`` hold what ``source`` holds; both are back ends of storage, bare: what is sealed stays sealed.

    A file that is there with the same size and is no older counts as moved, unless ``check`` has each compared. Gives
    counts: copied, already, removed, bytes, failed (whose checksums differ; they are removed there). Raises
    StrangeFilesError, before anything is done, where there is what neither ``source`` nor ``moved`` knows, unless it is
    to be ``replace``d, which removes it.
    """
    counts = {"copied": 0, "already": 0, "removed": 0, "bytes": 0, "failed": 0}
    kinds = sorted({*source.kinds(), *target.kinds()})
    # Listed there first: what comes in here meanwhile is then no file that is only there.
    gone = [
        key
        for kind in kinds
        for there in (target.entries_of(kind, ""),)
        for key in sorted(there.keys() - source.entries_of(kind, "").keys())
    ]
    strange = [key for key in gone if key not in moved.keys]
    if strange and not replace:
        raise StrangeFilesError(
            f"{len(strange)} files there are neither here nor put there by an earlier run, such as {strange[0]}. "
            "Nothing was done. See that VIVA_STORAGE names the place that is in use; if it does, and those files are "
            "not needed, say --replace, which removes them."
        )
    for key in gone:
        target.delete(key)
        counts["removed"] += 1
    for kind in kinds:
        here, there = source.entries_of(kind, ""), target.entries_of(kind, "")
        for key, (size, changed) in sorted(here.items()):
            kept = there.get(key)
            if kept and kept[0] == size and kept[1] >= changed - 1 and not (check and _differs(source, target, key)):
                counts["already"] += 1
                continue
            moved.add(key)
            try:
                copied = _copy(source, target, key)
            except FileNotFoundError:  # erased meanwhile
                target.delete(key)
                continue
            counts["copied" if copied else "failed"] += 1
            counts["bytes"] += size if copied else 0
            if not copied:
                target.delete(key)
                tell(f"{key}: the checksums differ.")
    return counts


def take_uploads(folder: Path, target: Any, moved: Moved) -> int:
    """Put what is still arriving in files of ``folder`` where every web server sees it; how many."""
    found = [path for path in folder.glob("*") if _ID.fullmatch(path.name)] if folder.is_dir() else []
    for path in found:
        key = f"{ARRIVING}/{path.name}-{0:020d}.part"
        moved.add(key)
        with path.open("rb") as stream:
            target.save(key, stream, durable=True)
    return len(found)


def leave_uploads(folder: Path, source: Any) -> int:
    """The way back: what is still arriving as files of ``folder``; how many."""
    owners = sorted(source.owners_of(ARRIVING))
    for owner in owners:
        with ObjectUploads(folder.parent, source).local_path(owner) as path:
            path.replace(folder / owner)
    return len(owners)


def _copy(source: Any, target: Any, key: str) -> bool:
    with source.open(key) as stream:
        hashing = _Hashing(stream)
        target.save(key, cast("IO[bytes]", hashing), durable=True)
    return hashing.digest() == _digest(target, key)


def _differs(source: Any, target: Any, key: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return _digest(source, key) != _digest(target, key)
    return True


def _digest(backend: Any, key: str) -> str:
    with backend.open(key) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Hashing(io.RawIOBase):
    """Reads a stream and remembers its checksum."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._source.read(size)
        self._hash.update(block)
        return block

    def digest(self) -> str:
        """Of what was read."""
        return self._hash.hexdigest()
