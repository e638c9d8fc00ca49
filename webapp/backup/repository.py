"""A place of backups: pieces that several snapshots share, and one manifest for each snapshot.

::

    key-id                         tells whose key opens it
    pieces/ab/ab12…                1 MiB or less, encrypted, named by a keyed hash of what is in it
    snapshots/20261201T101500.…Z-… an encrypted manifest: every file, its size, SHA-256 and pieces

A snapshot exists once its manifest does, which is written last; whatever a backup that was cut short left is used by
the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from webapp.backup.keys import BackupError, DamagedError, Key
from webapp.backup.places import FolderPlace, Place

#: Bytes of a piece: a database in which little changed shares most of them with the backup before.
PIECE = 1024**2
#: How manifests are written: 1 with the file of an embedded database, 2 with tables of PostgreSQL.
FORMATS = (1, 2)


class Repository:
    """The backups at a place (or in a folder), opened with ``key``.

    Raises BackupError where another key belongs to it, or where there is none and it is not to ``make`` one.
    """

    def __init__(self, place: Place | Path, key: Key, *, make: bool = False) -> None:
        self._place: Place = FolderPlace(place) if isinstance(place, Path) else place
        self.address, self._key = self._place.address, key
        try:
            if make:
                self._place.prepare()
                if not self._place.has("key-id"):
                    self._place.write("key-id", key.id.encode())
            known = self._place.read("key-id").decode("ascii").strip()
        except FileNotFoundError:
            raise BackupError(f"There is no backup in {self.address}.") from None
        except OSError as error:
            raise BackupError(f"{self.address} cannot be used ({error.strerror}).") from None
        if known != key.id:
            raise BackupError(f"The backup in {self.address} was made with another key.")

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """One writer at a time. Raises BackupError while another writes."""
        return self._place.locked()

    def put(self, stream: IO[bytes], most: int) -> tuple[dict[str, Any], int]:
        """Store at most ``most`` bytes of a stream: its size, SHA-256 and pieces, and how many bytes were new."""

        def pieces() -> Iterator[bytes]:
            left = most
            while left > 0 and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

        return self.put_pieces(pieces())

    def put_pieces(self, source: Iterable[bytes]) -> tuple[dict[str, Any], int]:
        """Store what comes already cut into pieces; see `put`."""
        total, size, pieces, new = hashlib.sha256(), 0, [], 0
        for piece in source:
            size += len(piece)
            total.update(piece)
            name = self._key.name_of(piece)
            pieces.append(name)
            if not self._place.has(_piece(name)):
                self._place.write(_piece(name), self._key.seal(piece, name))
                new += len(piece)
        return {"size": size, "sha256": total.hexdigest(), "pieces": pieces}, new

    def has(self, entry: dict[str, Any]) -> bool:
        """Whether every piece of a file lies here."""
        return all(self._place.has(_piece(name)) for name in entry["pieces"])

    def get(self, entry: dict[str, Any], to: IO[bytes] | None = None) -> None:
        """Write a file to a stream, or only verify it.

        Raises DamagedError where one bit of it is not as it was, OSError where a server cannot be asked.
        """
        total, size = hashlib.sha256(), 0
        for name in entry["pieces"]:
            try:
                piece = self._key.unseal(self._place.read(_piece(name)), name)
            except OSError as error:
                if self._place.is_remote and not isinstance(error, FileNotFoundError):
                    raise
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
        self._place.write(f"snapshots/{name}", self._key.seal(json.dumps(manifest).encode(), name))
        return name

    def names(self) -> list[str]:
        """The snapshots, the oldest first."""
        found = (path.rpartition("/")[2] for path in self._place.sizes("snapshots"))
        return sorted(name for name in found if name.startswith("2") and "Z-" in name)

    def manifest(self, name: str) -> dict[str, Any]:
        """What a snapshot holds. Raises BackupError where there is none of that name, DamagedError."""
        try:
            sealed = self._place.read(f"snapshots/{name}")
        except FileNotFoundError:
            raise BackupError(f"There is no snapshot {name} in {self.address}.") from None
        found: dict[str, Any] = json.loads(self._key.unseal(sealed, name))
        if found.get("format") not in FORMATS:
            raise BackupError(f"The snapshot {name} was made by a newer Viva. Restore it with that one.")
        return found

    def forget(self, names: list[str]) -> int:
        """Remove snapshots, and every piece that none of the others has; how many bytes that freed.

        Raises DamagedError, and removes no piece, where a manifest that stays cannot be read.
        """
        kept = {
            _piece(piece)
            for name in self.names()
            if name not in names
            for entry in self.manifest(name)["files"]
            for piece in entry["pieces"]
        }
        for name in names:
            self._place.delete(f"snapshots/{name}")
        freed = 0
        for path, size in self._place.sizes("pieces").items():
            if path not in kept:
                freed += size
                self._place.delete(path)
        return freed


def _piece(name: str) -> str:
    return f"pieces/{name[:2]}/{name}"
