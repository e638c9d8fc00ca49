"""Storage in a folder: the back end that needs nothing but a disk."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from flask import Response

from webapp.core import sending

#: Ends the name of a file that is still being written.
PART = ".part"


class FolderStorage:
    """Keys are files below ``root``. Meets `webapp.core.storage.Backend`, which says what each method does."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, key: str) -> IO[bytes]:
        """The file as a stream."""
        return (self._root / key).open("rb")

    def save(
        self, key: str, source: bytes | IO[bytes] | Path, *, durable: bool, organisation_id: str | None = None
    ) -> None:
        """Write beside the key and rename, or move a finished file there."""
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, Path):
            if durable:
                _sync(source)  # before the move: a name must not reach the disk before its bytes do
            try:
                os.replace(source, target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with source.open("rb") as stream:
                    _write_whole(target, stream, durable)
                source.unlink()
        else:
            _write_whole(target, source, durable)
        if durable:
            _sync(target.parent)

    def delete(self, key: str) -> None:
        """Remove the file."""
        (self._root / key).unlink(missing_ok=True)

    def size(self, key: str) -> int | None:
        """Bytes of the file; None without one."""
        try:
            return (self._root / key).stat().st_size
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The file itself."""
        path = self._root / key
        path.stat()  # raises FileNotFoundError
        yield path

    def send(self, key: str, **options: Any) -> Response:
        """The response that sends the file."""
        return sending.send_path(self._root / key, **options)

    def keys_of(self, kind: str, owner_id: str) -> list[str]:
        """Keys by the time of their last change."""
        found = []
        for path in (self._root / kind).glob(f"{owner_id}*"):
            if not path.name.endswith(PART):
                with contextlib.suppress(FileNotFoundError):
                    found.append((path.stat().st_mtime_ns, f"{kind}/{path.name}"))
        return [key for _, key in sorted(found)]

    def read_range(self, key: str, start: int, stop: int) -> IO[bytes]:
        """The bytes from ``start`` to before ``stop``."""
        with self.open(key) as stream:
            stream.seek(start)
            return io.BytesIO(stream.read(stop - start))

    def entries_of(self, kind: str, owner_id: str) -> dict[str, tuple[int, float]]:
        """Bytes and times of files."""
        found = {}
        for path in (self._root / kind).glob(f"{owner_id}*"):
            if not path.name.endswith(PART) or "." not in path.stem:
                with contextlib.suppress(FileNotFoundError):
                    stat = path.stat()
                    found[f"{kind}/{path.name}"] = (stat.st_size, stat.st_mtime)
        return found

    def is_writable(self) -> bool:
        """Whether files can be stored: a folder that is not there yet is made with the first one."""
        return not self._root.exists() or os.access(self._root, os.W_OK | os.X_OK)

    def kinds(self) -> list[str]:
        """The folders."""
        return sorted(path.name for path in self._root.glob("*") if path.is_dir())

    def owners_of(self, kind: str) -> set[str]:
        """Ids with which names of files begin."""
        return {path.name[:32] for path in (self._root / kind).glob("*")}

    def sizes_of(self, kind: str) -> dict[str, int]:
        """The sizes of the files in a folder."""
        found = {}
        with contextlib.suppress(FileNotFoundError), os.scandir(self._root / kind) as listed:
            for entry in listed:
                if not entry.name.endswith(PART):
                    with contextlib.suppress(FileNotFoundError):
                        found[f"{kind}/{entry.name}"] = entry.stat().st_size
        return found

    def delete_of(self, kind: str, owner_id: str) -> None:
        """Remove the files whose names begin with an id."""
        for path in (self._root / kind).glob(f"{owner_id}*"):
            path.unlink(missing_ok=True)


def _write_whole(target: Path, source: bytes | IO[bytes], durable: bool) -> None:
    part = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}{PART}")
    try:
        with part.open("wb") as stream:
            if isinstance(source, bytes):
                stream.write(source)
            else:
                shutil.copyfileobj(source, stream, 1 << 20)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    """Have a file's bytes, or a directory's names, reach the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
