"""The bytes of uploads that are still arriving: one file and one lock each, under ``HOME/uploads``."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import current_app

#: How long (seconds) a request waits for another one that writes to the same upload.
PATIENCE = 2.0


class UploadLockedError(Exception):
    """Another request is writing to this upload."""


def folder() -> Path:
    """The folder of uploads; made when first asked for."""
    path = Path(current_app.config["HOME"]) / "uploads"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(recording_id: str) -> Path:
    """The file in which an upload gathers. ``recording_id`` is 32 hexadecimal digits of our own making."""
    if len(recording_id) != 32 or not set(recording_id) <= set("0123456789abcdef"):
        raise ValueError(f"Not a recording's id: {recording_id!r}")
    return folder() / recording_id


def size_of(recording_id: str) -> int:
    """Bytes on disk; 0 where there is no file yet."""
    try:
        return path_of(recording_id).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def locked(recording_id: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the upload's lock, between threads and between processes.

    Raises UploadLockedError after ``patience`` seconds.

    The lock file stays until the upload is removed: deleting it while others wait for it would give two of them the
    lock. The system lets go of the lock when a process dies.
    """
    descriptor = os.open(path_of(recording_id).with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + patience
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


def write(recording_id: str, at: int, block: bytes) -> None:
    """Put ``block`` at byte ``at``, cut off whatever lay beyond it, and return once all of it is on disk.

    Raises OSError (disk full and the like); the file is then as long as before, as far as the disk allows.
    """
    descriptor = os.open(path_of(recording_id), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
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


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def set_aside_path(recording_id: str) -> Path:
    """Where the bytes of a recording lie that cannot be used."""
    return folder().parent / "set-aside" / path_of(recording_id).name


def set_aside(recording_id: str) -> None:
    """Keep an upload's bytes, out of the way of uploads: that it cannot be used is our judgement, and may be wrong.

    They go with everything else of the recording (`remove`)."""
    aside = set_aside_path(recording_id)
    aside.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileNotFoundError):
        path_of(recording_id).replace(aside)
    path_of(recording_id).with_suffix(".lock").unlink(missing_ok=True)


def remove(recording_id: str) -> None:
    """Forget an upload, also one that was set aside; nothing there is no error."""
    path = path_of(recording_id)
    path.unlink(missing_ok=True)
    set_aside_path(recording_id).unlink(missing_ok=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
