"""Uploads that any web server continues: each block that arrives is an object of its own in storage.

`Uploads` (uploads.py) keeps them in a file of this machine. Here a block that has been acknowledged is where all web
servers see it, under a name that says at which byte it begins. Blocks are written one after the other, each before the
database says so; what was written and never noted begins where the next one does, and is overwritten by it.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa

from webapp.core.database import db
from webapp.core.uploads import PATIENCE, UploadLockedError, Uploads

#: The kinds of objects that blocks are, and those of an upload that cannot be used.
ARRIVING, ASIDE = "arriving", "aside"


class _Objects(Protocol):
    def save(self, key: str, source: bytes | IO[bytes] | Path, *, durable: bool) -> None: ...
    def open(self, key: str) -> IO[bytes]: ...
    def delete_of(self, kind: str, owner_id: str) -> None: ...
    def entries_of(self, kind: str, owner_id: str) -> dict[str, tuple[int, float]]: ...


class ObjectUploads(Uploads):
    """Uploads in a backend of storage; drafts and buffers stay on this machine."""

    def __init__(self, home: Path, objects: _Objects) -> None:
        super().__init__(home)
        self._objects = objects

    def exists(self, recording_id: str) -> bool:
        """Whether anything has arrived."""
        return bool(self._blocks(recording_id))

    def size(self, recording_id: str) -> int:
        """Bytes that arrived without a gap."""
        return sum(size for _key, size in self._blocks(recording_id))

    def changed_at(self, recording_id: str) -> float | None:
        """When bytes last arrived; None where none did."""
        found = self._objects.entries_of(ARRIVING, recording_id)
        return max((at for _size, at in found.values()), default=None)

    @contextlib.contextmanager
    def locked(self, recording_id: str, patience: float | None = None) -> Iterator[None]:
        """Hold the upload's lock between all web servers: PostgreSQL keeps it until the connection ends. With SQLite
        there is one machine, and its file is the lock."""
        if db.engine.dialect.name != "postgresql":
            with super().locked(recording_id, patience):
                yield
            return
        number = zlib.crc32(self._path(recording_id).name.encode())
        end = time.monotonic() + (PATIENCE if patience is None else patience)
        with db.engine.connect() as connection:
            ask = sa.select(sa.func.pg_try_advisory_xact_lock(_LOCKS, number - 2**31))
            while not connection.scalar(ask):
                if time.monotonic() >= end:
                    raise UploadLockedError(recording_id)
                time.sleep(0.05)
            yield  # let go of by the end of the transaction, or of the connection

    def write(self, recording_id: str, at: int, block: bytes) -> None:
        """Store ``block`` as what begins at byte ``at``. Raises OSError; what had arrived stays."""
        self._path(recording_id)
        self._objects.save(f"{ARRIVING}/{recording_id}-{at:020d}.part", block, durable=True)

    @contextlib.contextmanager
    def local_path(self, recording_id: str) -> Iterator[Path]:
        """All blocks as one file, which is gone after the block. Raises FileNotFoundError where there is none."""
        if not (blocks := self._blocks(recording_id)):
            raise FileNotFoundError(recording_id)
        with tempfile.TemporaryDirectory(dir=self._folder()) as folder:
            path = Path(folder) / recording_id
            with path.open("wb") as target:
                for key, _size in blocks:
                    with self._objects.open(key) as source:
                        shutil.copyfileobj(source, target, 1 << 20)
            yield path

    def set_aside(self, recording_id: str) -> None:
        """Keep the bytes out of the way of uploads."""
        for key, _size in self._blocks(recording_id):
            with self._objects.open(key) as source:
                self._objects.save(key.replace(ARRIVING, ASIDE, 1), source, durable=True)
        self._objects.delete_of(ARRIVING, recording_id)
        self.unlock(recording_id)

    def remove(self, recording_id: str) -> None:
        """Forget an upload, also one that was set aside."""
        super().remove(recording_id)
        for kind in (ARRIVING, ASIDE):
            self._objects.delete_of(kind, recording_id)

    def _blocks(self, recording_id: str) -> list[tuple[str, int]]:
        """Keys and sizes of the blocks from the first byte on, up to the first gap."""
        self._path(recording_id)
        found, end = [], 0
        for key, (size, _at) in sorted(self._objects.entries_of(ARRIVING, recording_id).items()):
            if int(key[-25:-5]) != end:
                break
            found.append((key, size))
            end += size
        return found


#: PostgreSQL's locks of ours are told from others by this number.
_LOCKS = 7_230_145
