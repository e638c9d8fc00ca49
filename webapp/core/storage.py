"""Storage of finished files (recordings, copies of them that seek, pictures made from readings), addressed by keys.

A key is ``kind/<32 hexadecimal digits of the owner>[-name].suffix``. What the bytes lie in is the back end's matter;
`FolderStorage` is the first one. Nothing above it knows a path: whoever needs a local file, as FFmpeg does,
asks for one with `Storage.local_path`.
"""

from __future__ import annotations

import importlib.util
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Protocol, cast

from flask import Flask, Response, current_app
from werkzeug.local import LocalProxy

from webapp.core.folder_storage import FolderStorage
from webapp.core.object_uploads import ObjectUploads
from webapp.core.s3_storage import S3Storage
from webapp.core.sealed_storage import Keyring, SealedStorage
from webapp.core.uploads import Uploads

_KEY = re.compile(r"[a-z]+/[0-9a-f]{32}(-[a-z0-9]+)?\.[a-z0-9]{2,5}")
_KIND = re.compile(r"[a-z]+")
_OWNER = re.compile(r"[0-9a-f]{32}")


class Backend(Protocol):
    """What a place for files can do. Keys, kinds and owners have been checked before."""

    def open(self, key: str) -> IO[bytes]:
        """See `Storage.open`."""
        ...

    def save(
        self, key: str, source: bytes | IO[bytes] | Path, *, durable: bool, organisation_id: str | None = None
    ) -> None:
        """See `Storage.save`."""
        ...

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        ...

    def size(self, key: str) -> int | None:
        """See `Storage.size`."""
        ...

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """See `Storage.local_path`."""
        ...

    def send(self, key: str, **options: Any) -> Response:
        """See `Storage.send`."""
        ...

    def keys_of(self, kind: str, owner_id: str) -> list[str]:
        """See `Storage.keys_of`."""
        ...

    def owners_of(self, kind: str) -> set[str]:
        """See `Storage.owners_of`."""
        ...

    def sizes_of(self, kind: str) -> dict[str, int]:
        """See `Storage.sizes_of`."""
        ...

    def delete_of(self, kind: str, owner_id: str) -> None:
        """See `Storage.delete_of`."""
        ...

    def read_range(self, key: str, start: int, stop: int) -> IO[bytes]:
        """The bytes from ``start`` to before ``stop``."""
        ...

    def entries_of(self, kind: str, owner_id: str) -> dict[str, tuple[int, float]]:
        """Key → bytes and seconds since 1970 of its last change; of one owner, or with "" of all."""
        ...

    def kinds(self) -> list[str]:
        """The kinds of which there is anything."""
        ...


class Storage:
    """The application's storage. Every method raises ValueError for a key that we did not make as one."""

    def __init__(self, backend: Backend, uploads: Uploads) -> None:
        self._backend = backend
        #: What is still arriving: files of this machine, or with S3 objects that every web server sees.
        self.uploads = uploads

    def open(self, key: str) -> IO[bytes]:
        """The bytes at ``key`` as a stream. Raises FileNotFoundError where there is nothing."""
        return self._backend.open(_checked(key))

    def read(self, key: str) -> bytes | None:
        """The bytes at ``key``; None where there is nothing. For small things only."""
        try:
            with self.open(key) as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def save(
        self,
        key: str,
        source: bytes | IO[bytes] | Path,
        *,
        durable: bool = True,
        organisation_id: str | None = None,
    ) -> None:
        """Store ``source`` at ``key``, whole or not at all: bytes, a stream (read to its end), or a finished local
        file, which is moved and then gone from its place.

        With ``durable`` it has reached the disk before this returns; without, it is something that can be made again.
        With encryption it is sealed by the key of ``organisation_id``. Raises OSError where it cannot be stored; what
        lay at ``key`` before is still there then.
        """
        self._backend.save(_checked(key), source, durable=durable, organisation_id=organisation_id)

    def delete(self, key: str) -> None:
        """Remove what lies at ``key``; nothing there is no error."""
        self._backend.delete(_checked(key))

    def size(self, key: str) -> int | None:
        """Bytes at ``key``; None where there is nothing."""
        return self._backend.size(_checked(key))

    def exists(self, key: str) -> bool:
        """Whether something lies at ``key``."""
        return self.size(key) is not None

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A local file with the bytes at ``key``, to be read only and only within the block.

        Raises FileNotFoundError where there is nothing.
        """
        return self._backend.local_path(_checked(key))

    def send(self, key: str, **options: Any) -> Response:
        """The response that sends ``key``, whole or in ranges; options as of Flask's ``send_file``.

        Raises FileNotFoundError where there is nothing.
        """
        return self._backend.send(_checked(key), **options)

    def keys_of(self, kind: str, owner_id: str = "") -> list[str]:
        """The keys of one kind, of one owner (32 hexadecimal digits) or of all, the oldest first."""
        return self._backend.keys_of(_checked(kind, _KIND), owner_id and _checked(owner_id, _OWNER))

    def owners_of(self, kind: str) -> set[str]:
        """The ids to which things of one kind belong, unfinished ones included."""
        return self._backend.owners_of(_checked(kind, _KIND))

    def sizes_of(self, kind: str) -> dict[str, int]:
        """Key → bytes of everything of one kind, asked for at once; what is unfinished is left out."""
        return self._backend.sizes_of(_checked(kind, _KIND))

    def delete_of(self, kind: str, owner_id: str) -> None:
        """Remove all of one kind that belongs to ``owner_id``, unfinished things included."""
        self._backend.delete_of(_checked(kind, _KIND), _checked(owner_id, _OWNER))


#: In the data folder: files of uploads, where storage is a folder.
UPLOADS = "uploads"


def init_app(app: Flask) -> None:
    """Make the application's storage: a folder of the data folder, unless the settings name another place."""
    home = Path(app.config["HOME"])
    backend = sealed(app, bare(app, app.config["STORAGE"]))
    in_a_folder = not app.config["STORAGE"].startswith("s3:")
    app.extensions["storage"] = Storage(backend, Uploads(home) if in_a_folder else ObjectUploads(home, backend))


def bare(app: Flask, address: str) -> Backend:
    """The application's back end at ``address``; see `backend_at`."""
    return backend_at(address, app.config["S3_ENDPOINT"], Path(app.config["HOME"]))


def backend_at(address: str, endpoint: str, home: Path) -> Backend:
    """The back end at ``address`` (a bucket, a folder, or "" for that of the data folder ``home``), sealed or not.

    Raises ValueError for an address that is none, RuntimeError where a driver is missing.
    """
    if not address.startswith("s3:"):
        return FolderStorage(Path(address) if address else home / "recordings")
    if importlib.util.find_spec("boto3") is None:
        raise RuntimeError("VIVA_STORAGE is S3, and its driver is not installed. By hand: uv sync --extra cluster")
    return S3Storage(address, endpoint, home / "work")


def sealed(app: Flask, backend: Backend) -> Backend:
    """``backend`` with encryption, where there is a key for it."""
    if not app.config["STORAGE_KEY"]:
        return backend
    keyring = Keyring([app.config["STORAGE_KEY"], *app.config["OLD_STORAGE_KEYS"]])
    return SealedStorage(backend, keyring, Path(app.config["HOME"]) / "work")


#: The current application's storage.
storage = cast("Storage", LocalProxy(lambda: current_app.extensions["storage"]))


def _checked(name: str, pattern: re.Pattern[str] = _KEY) -> str:
    if not pattern.fullmatch(name):
        raise ValueError(f"Not a storage key: {name!r}")
    return name
