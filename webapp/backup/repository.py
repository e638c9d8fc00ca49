"""A folder of backups: pieces that several snapshots share, and one manifest for each snapshot.

::

    key-id                         tells whose key opens it
    pieces/ab/ab12…                1 MiB or less, encrypted, named by a keyed hash of what is in it
    snapshots/20261201T101500.…Z-… an encrypted manifest: every file, its size, SHA-256 and pieces

A snapshot exists once its manifest does, which is written last; whatever a backup that was cut short left is used by
the next one. Every file is written beside its name and renamed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from webapp.backup.keys import BackupError, DamagedError, Key

#: Bytes of a piece: a database in which little changed shares most of them with the backup before.
PIECE = 1024**2


class Repository:
    """The backups in ``root``, opened with ``key``. Raises BackupError where another key belongs to it."""

    def __init__(self, root: Path, key: Key, *, make: bool = False) -> None:
        self.root, self._key = root, key
        mark = root / "key-id"
        try:
            if make:
                (root / "pieces").mkdir(parents=True, exist_ok=True, mode=0o700)
                (root / "snapshots").mkdir(exist_ok=True, mode=0o700)
                if not mark.exists():
                    _write(mark, key.id.encode())
            known = mark.read_text("ascii").strip()
        except FileNotFoundError:
            raise BackupError(f"There is no backup in {root}.") from None
        except OSError as error:
            raise BackupError(f"{root} cannot be used ({error.strerror}).") from None
        if known != key.id:
            raise BackupError(f"The backup in {root} was made with another key.")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time. Raises BackupError while another writes."""
        with (self.root / "lock").open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"Another backup into {self.root} is running.") from None
            yield

    def put(self, stream: IO[bytes], most: int) -> tuple[dict[str, Any], int]:
        """Store at most ``most`` bytes of a stream: its size, SHA-256 and pieces, and how many bytes were new."""
        total, left, pieces, new = hashlib.sha256(), most, [], 0
        while left > 0 and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            total.update(piece)
            name = self._key.name_of(piece)
            pieces.append(name)
            if not self._path(name).exists():
                _write(self._path(name), self._key.seal(piece, name))
                new += len(piece)
        return {"size": most - left, "sha256": total.hexdigest(), "pieces": pieces}, new

    def has(self, entry: dict[str, Any]) -> bool:
        """Whether every piece of a file lies here."""
        return all(self._path(name).exists() for name in entry["pieces"])

    def get(self, entry: dict[str, Any], to: IO[bytes] | None = None) -> None:
        """Write a file to a stream, or only verify it. Raises DamagedError where one bit of it is not as it was."""
        total, size = hashlib.sha256(), 0
        for name in entry["pieces"]:
            try:
                piece = self._key.unseal(self._path(name).read_bytes(), name)
            except OSError:
                raise DamagedError(f"A piece of {entry['path']} is missing from the backup.") from None
            except DamagedError:
                raise DamagedError(f"{entry['path']} is damaged: it is not what was put into the backup.") from None
            total.update(piece)
            size += len(piece)
            if to is not None:
                to.write(piece)
        if total.hexdigest() != entry["sha256"] or size != entry["size"]:
            raise DamagedError(f"{entry['path']} is damaged: its checksum is another than the manifest's.")

    def add(self, manifest: dict[str, Any], moment: datetime) -> str:
        """Write the manifest that makes a snapshot; its name."""
        name = f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{os.urandom(4).hex()}"
        _write(self.root / "snapshots" / name, self._key.seal(json.dumps(manifest).encode(), name))
        return name

    def names(self) -> list[str]:
        """The snapshots, the oldest first."""
        return sorted(path.name for path in (self.root / "snapshots").glob("2*Z-*") if not path.name.endswith(".part"))

    def manifest(self, name: str) -> dict[str, Any]:
        """What a snapshot holds. Raises BackupError where there is none of that name, DamagedError."""
        if name not in self.names():
            raise BackupError(f"There is no snapshot {name} in {self.root}.")
        found: dict[str, Any] = json.loads(self._key.unseal((self.root / "snapshots" / name).read_bytes(), name))
        if found.get("format") != 1:
            raise BackupError(f"The snapshot {name} was made by a newer Viva. Restore it with that one.")
        return found

    def forget(self, names: list[str]) -> int:
        """Remove snapshots, and every piece that none of the others has; how many bytes that freed.

        Raises DamagedError, and removes no piece, where a manifest that stays cannot be read.
        """
        kept = {
            piece
            for name in self.names()
            if name not in names
            for entry in self.manifest(name)["files"]
            for piece in entry["pieces"]
        }
        for name in names:
            (self.root / "snapshots" / name).unlink(missing_ok=True)
        freed = 0
        for path in (self.root / "pieces").glob("*/*"):
            if path.name not in kept:
                freed += path.stat().st_size
                path.unlink()
        return freed

    def _path(self, name: str) -> Path:
        return self.root / "pieces" / name[:2] / name


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
