"""Storage in a bucket that speaks S3: one store for any number of web servers and workers.

The driver is loaded at its first use, and installed only where ``VIVA_STORAGE`` names a bucket (the extra ``cluster``).
Credentials are read as every tool for S3 reads them: ``AWS_ACCESS_KEY_ID``, a profile, or the machine's own role.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, cast
from urllib.parse import urlsplit

from flask import Response

from webapp.core import sending

#: Bytes of one part of a multipart upload, and from which size on there are parts; S3 takes ten thousand.
PART = 16 * 1024**2
#: Bytes that are kept in memory of what is read; more goes to a file without a name.
IN_MEMORY = 4 * 1024**2
#: Seconds after which whoever looked before we wrote has written too, on a server that cannot look and write at once.
SETTLED = 3.0
#: Keys that one request deletes or lists.
AT_ONCE = 1000


@cache
def _driver() -> SimpleNamespace:
    """What we use of the driver, loaded at the first use: it takes a third of a second that others do not need."""
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    return SimpleNamespace(
        session=boto3.session.Session,
        transfer=TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2),
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            # A server that is busy (503) or breaks off is asked again, after a pause that grows.
            retries={"mode": "standard", "max_attempts": 6},
            # What other servers than Amazon's understand too.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        ),
        refused=ClientError,
        unreachable=BotoCoreError,
    )


class StorageAwayError(OSError):
    """The server of the bucket was not reached, or is too busy to answer: trying later may help."""


class S3Storage:
    """Keys are objects below ``s3://bucket/prefix``. Meets `webapp.core.storage.Backend`, which says what each does."""

    def __init__(self, address: str, endpoint: str | None, scratch: Path) -> None:
        parts = urlsplit(address)
        self._bucket, prefix = parts.netloc, parts.path.strip("/")
        if parts.scheme != "s3" or not self._bucket:
            raise ValueError(f"A bucket is named as s3://bucket or s3://bucket/prefix, and this is {address!r}.")
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint, self._scratch = endpoint or None, scratch
        self._clients: dict[int, Any] = {}

    @property
    def _client(self) -> Any:
        """A client of this process's own: connections do not survive a fork."""
        pid = os.getpid()
        if pid not in self._clients:
            driver = _driver()
            self._clients = {pid: driver.session().client("s3", endpoint_url=self._endpoint, config=driver.config)}
        return self._clients[pid]

    def open(self, key: str) -> IO[bytes]:
        """The object as a stream that seeks, in a file without a name."""
        stream = self._spool()
        with _errors(key):
            self._client.download_fileobj(self._bucket, self._prefix + key, stream, Config=_driver().transfer)
        stream.seek(0)
        return stream

    def save(
        self, key: str, source: bytes | IO[bytes] | Path, *, durable: bool, organisation_id: str | None = None
    ) -> None:
        """Put an object, in parts where it is large: it is there as a whole or not at all, and then for good."""
        with _errors(key), contextlib.ExitStack() as stack:
            if isinstance(source, bytes):
                self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=source)
                return
            stream: Any = stack.enter_context(source.open("rb")) if isinstance(source, Path) else _Reader(source)
            self._client.upload_fileobj(stream, self._bucket, self._prefix + key, Config=_driver().transfer)
        if isinstance(source, Path):
            source.unlink()

    def save_new(self, key: str, content: bytes) -> bool:
        """Put an object where there is none; whether that was so. A server that cannot look at the same time (Amazon's
        can since 2024, Swift cannot) puts it in any case: of several at once the last one is it."""
        options = {"Bucket": self._bucket, "Key": self._prefix + key, "Body": content}
        try:
            self._client.put_object(**options, IfNoneMatch="*")
        except _driver().refused as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("PreconditionFailed", "412", "ConditionalRequestConflict", "409"):
                return False
            with _errors(key):
                self._client.put_object(**options)
            time.sleep(SETTLED)
            with self.open(key) as stream:
                return stream.read() == content
        except _driver().unreachable as error:
            raise _away(error, key) from error
        return True

    def delete(self, key: str) -> None:
        """Delete the object."""
        with _errors(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def size(self, key: str) -> int | None:
        """Bytes of the object; None without one."""
        try:
            with _errors(key):
                head = self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
        except FileNotFoundError:
            return None
        return int(head["ContentLength"])

    def read_range(self, key: str, start: int, stop: int) -> IO[bytes]:
        """The bytes from ``start`` to before ``stop``."""
        stream = self._spool()
        if stop > start:
            with _errors(key):
                found = self._client.get_object(
                    Bucket=self._bucket, Key=self._prefix + key, Range=f"bytes={start}-{stop - 1}"
                )
                for block in found["Body"].iter_chunks(1 << 20):
                    stream.write(block)
            stream.seek(0)
        elif self.size(key) is None:
            raise FileNotFoundError(key)
        return stream

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A copy that is gone after the block."""
        with tempfile.TemporaryDirectory(dir=_made(self._scratch)) as folder:
            path = Path(folder) / key.rpartition("/")[2]
            with path.open("wb") as stream, _errors(key):
                self._client.download_fileobj(self._bucket, self._prefix + key, stream, Config=_driver().transfer)
            yield path

    def send(self, key: str, **options: Any) -> Response:
        """The response that sends the object: asked of the server range by range, and handed on."""
        size = self.size(key)
        if size is None:
            raise FileNotFoundError(key)
        return sending.send_ranges(size, lambda start, stop: self.read_range(key, start, stop), **options)

    def entries_of(self, kind: str, owner_id: str) -> dict[str, tuple[int, float]]:
        """Bytes of each object, and when it was put."""
        found = self._listed(f"{kind}/{owner_id}")
        return {key: (entry["Size"], entry["LastModified"].timestamp()) for key, entry in found}

    def keys_of(self, kind: str, owner_id: str) -> list[str]:
        """Keys by the time at which they were put, and by name where that is the same second."""
        found = [(entry["LastModified"], key) for key, entry in self._listed(f"{kind}/{owner_id}")]
        return [key for _, key in sorted(found)]

    def owners_of(self, kind: str) -> set[str]:
        """Ids with which names begin."""
        return {key.partition("/")[2][:32] for key, _entry in self._listed(f"{kind}/")}

    def sizes_of(self, kind: str) -> dict[str, int]:
        """Sizes as the list of objects says them."""
        return {key: int(entry["Size"]) for key, entry in self._listed(f"{kind}/")}

    def kinds(self) -> list[str]:
        """The kinds of which there is anything."""
        with _errors(self._prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
            )
            found = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", ())]
        return sorted(each.removeprefix(self._prefix).rstrip("/") for each in found)

    def delete_of(self, kind: str, owner_id: str) -> None:
        """Delete what belongs to an id."""
        keys = [key for key, _entry in self._listed(f"{kind}/{owner_id}")]
        for key in keys:  # one by one: not every server takes them together
            self.delete(key)

    def _listed(self, begins: str) -> list[tuple[str, dict[str, Any]]]:
        with _errors(begins):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + begins, PaginationConfig={"PageSize": AT_ONCE}
            )
            entries = [entry for page in pages for entry in page.get("Contents", ())]
        return [(entry["Key"].removeprefix(self._prefix), entry) for entry in entries]

    def _spool(self) -> IO[bytes]:
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(_made(self._scratch))))


class _Reader(io.RawIOBase):
    """A stream of which nothing is known but how to read it: what is uploaded closes what it was given."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._source.read(size)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextlib.contextmanager
def _errors(key: str) -> Iterator[None]:
    """S3's errors as those of files."""
    try:
        yield
    except _driver().refused as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ("404", "NoSuchKey", "NotFound"):
            raise FileNotFoundError(errno.ENOENT, "There is no such object", key) from None
        full = code in ("QuotaExceeded", "EntityTooLarge", "507")
        busy = not full and error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) in (
            429,
            *range(500, 600),
        )
        kind = StorageAwayError if busy else OSError
        raise kind(errno.ENOSPC if full else errno.EIO, f"S3 answered {code}", key) from error
    except _driver().unreachable as error:
        raise _away(error, key) from error


def _away(error: Exception, key: str) -> StorageAwayError:
    return StorageAwayError(errno.EIO, f"S3 could not be asked ({type(error).__name__})", key)
