"""The bytes of uploads that are still arriving: one file and one lock each, under ``HOME/uploads``.

Reached as ``storage.uploads`` (webapp/core/storage.py). What has arrived and been verified moves on into storage.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

#: How long (seconds) a request waits for another one that writes to the same upload.
PATIENCE = 2.0


class UploadLockedError(Exception):
    """Another request is writing to this upload."""


class Uploads:
    """Uploads by their recording's id (32 hexadecimal digits of our own making; anything else raises ValueError)."""

    def __init__(self, home: Path) -> None:
        self._root = home / "uploads"
        self._aside = home / "set-aside"

    def exists(self, recording_id: str) -> bool:
        """Whether any byte, or the empty file of an upload of nothing, lies here."""
        return self._path(recording_id).exists()

    def size(self, recording_id: str) -> int:
        """Bytes on disk; 0 where there is no file yet."""
        try:
            return self._path(recording_id).stat().st_size
        except FileNotFoundError:
            return 0

    def sizes(self) -> dict[str, int]:
        """Recording's id → bytes on disk, of everything that still arrives."""
        found = {}
        for path in self._root.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if len(path.name) == 32:
                    found[path.name] = path.stat().st_size
        return found

    def changed_at(self, recording_id: str) -> float | None:
        """When bytes last arrived, in seconds since 1970; None where there is no file."""
        try:
            return self._path(recording_id).stat().st_mtime
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def locked(self, recording_id: str, patience: float | None = None) -> Iterator[None]:
        """Hold the upload's lock, between threads and between processes.

        Raises UploadLockedError after ``patience`` seconds (`PATIENCE` unless told otherwise).

        The lock file stays until the upload is removed: deleting it while others wait for it would give two of them
        the lock. The system lets go of the lock when a process dies.
        """
        descriptor = os.open(self._lock(recording_id), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            end = time.monotonic() + (PATIENCE if patience is None else patience)
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise UploadLockedError(recording_id) from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(descriptor)

    def write(self, recording_id: str, at: int, block: bytes) -> None:
        """Put ``block`` at byte ``at``, cut off whatever lay beyond it, and return once all of it is on disk.

        Raises OSError (disk full and the like); the file is then as long as before, as far as the disk allows.
        """
        descriptor = os.open(self._path(recording_id), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            # What lies beyond was never acknowledged: a crash between writing and noting it.
            os.ftruncate(descriptor, at)
            view = memoryview(block)
            position = at
            try:
                while view:
                    written = os.pwrite(descriptor, view, position)
                    view, position = view[written:], position + written
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, at)
                raise
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def local_path(self, recording_id: str) -> Iterator[Path]:
        """The file in which an upload gathers, to be read or to be moved into storage by `Storage.save`.

        Raises FileNotFoundError where there is none.
        """
        path = self._path(recording_id)
        path.stat()
        yield path

    def draft_path(self, recording_id: str) -> Path:
        """Where a worker writes the copy of an upload that `Storage.save` then moves to its key. The name is the same
        at every try, so that what a worker left that died is overwritten."""
        return self._path(recording_id).with_suffix(".playable")

    def buffer(self, max_size: int) -> IO[bytes]:
        """A temporary file for a part of an upload, in memory up to ``max_size`` bytes, beyond that beside the
        uploads."""
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=max_size, dir=str(self._folder())))

    def set_aside(self, recording_id: str) -> None:
        """Keep an upload's bytes, out of the way of uploads: that it cannot be used is our judgement, and may be wrong.

        They go with everything else of the recording (`remove`).
        """
        aside = self._aside / self._path(recording_id).name
        aside.parent.mkdir(mode=0o700, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._path(recording_id).replace(aside)
        self.unlock(recording_id)

    def unlock(self, recording_id: str) -> None:
        """Remove the lock file of an upload that nobody writes to any more."""
        self._lock(recording_id).unlink(missing_ok=True)

    def remove(self, recording_id: str) -> None:
        """Forget an upload, also one that was set aside; nothing there is no error."""
        path = self._path(recording_id)
        path.unlink(missing_ok=True)
        (self._aside / path.name).unlink(missing_ok=True)
        self.unlock(recording_id)

    def remove_draft(self, recording_id: str) -> None:
        """Remove the copy that a worker was writing, under whatever suffix it had got."""
        draft = self.draft_path(recording_id)
        for path in draft.parent.glob(f"{draft.name}*"):
            path.unlink(missing_ok=True)

    def _folder(self) -> Path:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._root

    def _path(self, recording_id: str) -> Path:
        if len(recording_id) != 32 or not set(recording_id) <= set("0123456789abcdef"):
            raise ValueError(f"Not a recording's id: {recording_id!r}")
        return self._folder() / recording_id

    def _lock(self, recording_id: str) -> Path:
        return self._path(recording_id).with_suffix(".lock")
