"""Where a backup lies: a folder, or a bucket that speaks S3. Both keep bytes by names such as ``pieces/ab/ab12…``."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from webapp.backup.keys import BackupError
from webapp.core.s3_storage import S3Storage

#: Seconds for which a writer has a bucket to itself without saying so again, and after how many it does.
LEASE, RENEW = 3600, 300
#: The object that says who writes.
LOCK = "lock"


class Place(Protocol):
    """What a place can do. Raises OSError where it cannot; FileNotFoundError where there is nothing of that name."""

    #: What people call it.
    address: str
    #: Whether an error may be the network's: then nothing is said to be damaged for it.
    is_remote: bool

    def prepare(self) -> None:
        """Make it, where it has to be made."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of that name."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep bytes, whole or not at all, and for good when this returns."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is anything of that name."""
        ...

    def sizes(self, folder: str) -> dict[str, int]:
        """Name → bytes of all that lies in a folder and below it."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; nothing there is no error."""
        ...

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """One writer at a time. Raises BackupError while another writes."""
        ...


def place_at(address: str, endpoint: str = "") -> Place:
    """The place at ``s3://bucket/prefix`` or at a folder's path. Raises BackupError."""
    if not address.startswith("s3:"):
        return FolderPlace(Path(address).expanduser())
    if importlib.util.find_spec("boto3") is None:
        raise BackupError("The driver of S3 is not installed. Install it with: ./viva install --cluster")
    try:
        return BucketPlace(address, endpoint)
    except ValueError:
        raise BackupError(f"A bucket is named as s3://bucket or s3://bucket/prefix, not {address}.") from None


class FolderPlace:
    """A folder. Every file is written beside its name and renamed."""

    is_remote = False

    def __init__(self, root: Path) -> None:
        self._folder, self.address = root, str(root)

    def prepare(self) -> None:
        """Make the folder, for its owner alone."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self, name: str) -> bytes:
        """The file."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """Write the file, on the disk before this returns."""
        path = self._folder / name
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self._folder / name).exists()

    def sizes(self, folder: str) -> dict[str, int]:
        """The files, without those that were cut short."""
        return {
            path.relative_to(self._folder).as_posix(): path.stat().st_size
            for path in (self._folder / folder).rglob("*")
            if path.is_file() and not path.name.endswith(".part")
        }

    def delete(self, name: str) -> None:
        """Remove the file."""
        (self._folder / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The lock ends with the process."""
        with (self._folder / LOCK).open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"Another backup into {self.address} is running.") from None
            yield


class BucketPlace:
    """Objects below ``s3://bucket/prefix``. Credentials are found as for `S3Storage`."""

    is_remote = True

    def __init__(self, address: str, endpoint: str = "") -> None:
        self.address = address
        self._objects = S3Storage(address, endpoint, Path(tempfile.gettempdir()))
        #: While it is locked: which pieces there are, so that each need not be asked for; and whose lock it is.
        self._pieces: set[str] | None = None
        self._owner, self._renewed = "", 0.0

    def prepare(self) -> None:
        """The bucket is the operator's to make."""

    def read(self, name: str) -> bytes:
        """The object."""
        with self._objects.open(name) as stream:
            return stream.read()

    def write(self, name: str, data: bytes) -> None:
        """Put the object."""
        self._stay()
        self._objects.save(name, data, durable=True)
        if self._pieces is not None:
            self._pieces.add(name)

    def has(self, name: str) -> bool:
        """Whether the object is there; while it is locked, as one list said and what was written since."""
        self._stay()
        if not self._owner or not name.startswith("pieces/"):
            return self._objects.size(name) is not None
        if self._pieces is None:
            self._pieces = set(self.sizes("pieces"))
        return name in self._pieces

    def sizes(self, folder: str) -> dict[str, int]:
        """The objects."""
        return {name: size for name, (size, _at) in self._objects.entries_of(folder, "").items()}

    def delete(self, name: str) -> None:
        """Delete the object."""
        self._stay()
        self._objects.delete(name)
        if self._pieces is not None:
            self._pieces.discard(name)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """An object says who writes, and until when it may be believed: who was killed lets go by that."""
        self._owner = os.urandom(16).hex()
        try:
            self._take()
            yield
            self._stay(0.0)
        finally:
            if self._holder()[0] == self._owner:
                self._objects.delete(LOCK)
            self._owner, self._pieces = "", None

    def _take(self) -> None:
        owner, until = self._holder()
        if owner and until > time.time():
            raise self._taken(until)
        note = json.dumps({"owner": self._owner, "until": time.time() + LEASE}).encode()
        if owner:
            self._objects.save(LOCK, note, durable=True)
        elif not self._objects.save_new(LOCK, note):
            raise self._taken(self._holder()[1])
        owner, until = self._holder()
        if owner != self._owner:
            raise self._taken(until)
        self._renewed = time.monotonic()

    def _stay(self, after: float = RENEW) -> None:
        """Say again that we write. Raises BackupError where another took over, as after hours of standing still."""
        if not self._owner or time.monotonic() - self._renewed < after:
            return
        owner, until = self._holder()
        if owner != self._owner:
            raise self._taken(until)
        note = json.dumps({"owner": self._owner, "until": time.time() + LEASE}).encode()
        self._objects.save(LOCK, note, durable=True)
        self._renewed = time.monotonic()

    def _holder(self) -> tuple[str, float]:
        try:
            found = json.loads(self.read(LOCK))
            return str(found["owner"]), float(found["until"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return "", 0.0

    def _taken(self, until: float) -> BackupError:
        ends = datetime.fromtimestamp(until, UTC)
        return BackupError(
            f"Another backup into {self.address} is running, or was killed: then it lets go at {ends:%H:%M} UTC."
        )
