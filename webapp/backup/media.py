"""Files of storage that is no folder of the data folder: a bucket, or a folder elsewhere. Sealed ones stay sealed."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webapp.backup.keys import BackupError, DamagedError
from webapp.backup.repository import Repository
from webapp.core import storage
from webapp.core.object_uploads import ARRIVING, ASIDE
from webapp.core.storage import Backend

#: What files of storage are called in a backup, wherever they lay.
FOLDER = "recordings"


def backend_at(address: str, endpoint: str, home: Path) -> Backend:
    """The bare back end at an address that is not the data folder's own. Raises BackupError."""
    try:
        return storage.backend_at(address, endpoint, home)
    except (ValueError, RuntimeError) as error:
        raise BackupError(str(error)) from None


def save(
    backend: Backend, repository: Repository, before: dict[str, dict[str, Any]], *, arriving: bool
) -> Iterator[tuple[dict[str, Any], int]]:
    """Store the files, either what is still arriving or all; each one's entry and how many bytes of it were new."""
    for kind in backend.kinds():
        if arriving and kind not in (ARRIVING, ASIDE):
            continue
        for key, (size, changed) in sorted(backend.entries_of(kind, "").items()):
            path, mtime = f"{FOLDER}/{key}", int(changed * 1e9)
            known = before.get(path)
            # A file is put whole under a name of its own: what has its size and its time is what was read before.
            if (
                known
                and kind != ARRIVING
                and (known["size"], known["mtime_ns"]) == (size, mtime)
                and repository.has(known)
            ):
                yield known, 0
                continue
            try:
                with backend.open(key) as stream:
                    entry, new = repository.put(stream, size)
            except FileNotFoundError:
                continue  # it has gone meanwhile
            yield {"path": path, "mtime_ns": mtime, **entry}, new


def restore(backend: Backend, repository: Repository, entry: dict[str, Any], scratch: Path) -> None:
    """Put one file back, and read it again. Raises DamagedError."""
    key = entry["path"].removeprefix(f"{FOLDER}/")
    if ".." in key.split("/"):
        raise DamagedError(f"{entry['path']} would lie outside of the storage.")
    with tempfile.NamedTemporaryFile(dir=scratch) as draft:
        repository.get(entry, draft)
        draft.seek(0)
        backend.save(key, draft, durable=True)
    total = hashlib.sha256()
    with backend.open(key) as stream:
        while block := stream.read(1 << 20):
            total.update(block)
    if total.hexdigest() != entry["sha256"]:
        raise DamagedError(f"{entry['path']} did not arrive in the storage as it is in the backup.")


def check_empty(backend: Backend, address: str) -> None:
    """Raise BackupError where anything lies in the storage that is to be restored into."""
    if kinds := [kind for kind in backend.kinds() if backend.entries_of(kind, "")]:
        raise BackupError(f"{address} is not empty ({kinds[0]} …). Name an empty place in VIVA_STORAGE.")


def clear(backend: Backend) -> None:
    """Take back all that was put into a storage that was empty before."""
    for kind in backend.kinds():
        for key in backend.entries_of(kind, ""):
            backend.delete(key)
