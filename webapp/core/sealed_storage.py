"""Encryption at rest: what lies in storage is sealed, with a key for each organisation.

Each file has a key of its own, wrapped by its organisation's, which is derived from the installation's key
(``VIVA_STORAGE_KEY``), so that no file and no organisation's key opens another's. Bytes are sealed in blocks by
AES-256-GCM, so that a player's range is read without the rest; each block is bound to its place, to the end of the
file and to the key under which it lies. Files that were stored before there was a key are read as they are.

    magic 10 | organisation 16 | which key 4 | nonce 12 | wrapped key 48 | blocks of 65,536 bytes, each with a tag of 16
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Response

from webapp.core import sending

MAGIC = b"VIVASEAL1\n"
HEADER = len(MAGIC) + 16 + 4 + 12 + 48
BLOCK, TAG = 64 * 1024, 16
SEALED = BLOCK + TAG
#: Whose a file is that belongs to no organisation: practice, and what is still arriving.
NOBODY = "0" * 32


class SealError(OSError):
    """A file was altered, or sealed with a key that is not here."""


class Keyring:
    """The installation's keys: the first seals, all of them open."""

    def __init__(self, keys: list[str]) -> None:
        self._keys = {hashlib.sha256(raw).digest()[:4]: raw for raw in map(_raw, keys)}
        self.current = hashlib.sha256(_raw(keys[0])).digest()[:4]

    def of(self, organisation: bytes, which: bytes) -> AESGCM:
        """The key of an organisation. Raises SealError where we have not what it is derived from."""
        if which not in self._keys:
            raise SealError(
                f"This file was sealed with another key ({which.hex()}): put it into VIVA_OLD_STORAGE_KEYS."
            )
        derive = HKDF(SHA256(), 32, salt=None, info=b"viva storage of organisation " + organisation)
        return AESGCM(derive.derive(self._keys[which]))


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ValueError("A storage key is 32 random bytes in base64: openssl rand -base64 32")
    return raw


class SealedStorage:
    """Seals what it hands on to another back end. Meets `webapp.core.storage.Backend`."""

    def __init__(self, inner: Any, keyring: Keyring, scratch: Path) -> None:
        self._inner, self._keyring, self._scratch = inner, keyring, scratch

    def save(
        self, key: str, source: bytes | IO[bytes] | Path, *, durable: bool, organisation_id: str | None = None
    ) -> None:
        """Seal ``source`` for an organisation and store it."""
        with contextlib.ExitStack() as stack:
            if isinstance(source, bytes):
                stream: IO[bytes] = io.BytesIO(source)
            else:
                stream = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
            sealing = _Sealing(stream, key, bytes.fromhex(organisation_id or NOBODY), self._keyring)
            self._inner.save(key, cast("IO[bytes]", sealing), durable=durable)
        if isinstance(source, Path):
            source.unlink()

    def open(self, key: str) -> IO[bytes]:
        """The opened bytes, in a file without a name."""
        header = self._header(key)
        if header is None:
            return cast("IO[bytes]", self._inner.open(key))
        return self.read_range(key, 0, self._plain(self._inner_size(key)))

    def size(self, key: str) -> int | None:
        """Bytes of what was sealed."""
        size = self._inner.size(key)
        if size is None or self._header(key) is None:
            return cast("int | None", size)
        return self._plain(size)

    def read_range(self, key: str, start: int, stop: int) -> IO[bytes]:
        """The opened bytes from ``start`` to before ``stop``. Raises SealError where they were altered."""
        header = self._header(key)
        if header is None:
            return cast("IO[bytes]", self._inner.read_range(key, start, stop))
        stored = self._inner_size(key)
        stop = min(stop, self._plain(stored))
        out = self._spool()
        if stop > start or stop == 0:
            opening = _opening(header, key, self._keyring)
            first, last = start // BLOCK, max(stop - 1, 0) // BLOCK
            count = -(-(stored - HEADER) // SEALED)
            begin = HEADER + first * SEALED
            with self._inner.read_range(key, begin, min(HEADER + (last + 1) * SEALED, stored)) as stream:
                for number in range(first, last + 1):
                    try:
                        data = opening.decrypt(
                            _nonce(number), stream.read(SEALED), _bound(key, number, number == count - 1)
                        )
                    except InvalidTag:
                        raise SealError(f"What lies at {key} was altered.") from None
                    at = number * BLOCK
                    out.write(data[max(start - at, 0) : stop - at])
            out.seek(0)
        return out

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """An opened copy that is gone after the block."""
        if self._header(key) is None:
            with self._inner.local_path(key) as path:
                yield path
            return
        with tempfile.TemporaryDirectory(dir=_made(self._scratch)) as folder:
            path = Path(folder) / key.rpartition("/")[2]
            size = self._plain(self._inner_size(key))
            with path.open("wb") as target:
                for start in range(0, max(size, 1), BLOCK * 64):
                    with self.read_range(key, start, min(start + BLOCK * 64, size)) as source:
                        target.write(source.read())
            yield path

    def send(self, key: str, **options: Any) -> Response:
        """The response that sends the opened bytes, whole or in a range."""
        size = self.size(key)
        if size is None:
            raise FileNotFoundError(key)
        return sending.send_ranges(size, lambda start, stop: self.read_range(key, start, stop), **options)

    def entries_of(self, kind: str, owner_id: str) -> dict[str, tuple[int, float]]:
        """Sizes of what was sealed, as if all were, and times."""
        found = self._inner.entries_of(kind, owner_id)
        return {key: (self._plain(size) if size >= HEADER else size, at) for key, (size, at) in found.items()}

    def delete(self, key: str) -> None:
        """Remove it."""
        self._inner.delete(key)

    def keys_of(self, kind: str, owner_id: str) -> list[str]:
        """As the back end says."""
        return cast("list[str]", self._inner.keys_of(kind, owner_id))

    def owners_of(self, kind: str) -> set[str]:
        """As the back end says."""
        return cast("set[str]", self._inner.owners_of(kind))

    def sizes_of(self, kind: str) -> dict[str, int]:
        """What the sealed files take up, as the back end says."""
        return cast("dict[str, int]", self._inner.sizes_of(kind))

    def kinds(self) -> list[str]:
        """As the back end says."""
        return cast("list[str]", self._inner.kinds())

    def delete_of(self, kind: str, owner_id: str) -> None:
        """As the back end does."""
        self._inner.delete_of(kind, owner_id)

    def _header(self, key: str) -> bytes | None:
        """The first bytes of what is sealed; None for what is not. Raises FileNotFoundError."""
        if (size := self._inner.size(key)) is None:
            raise FileNotFoundError(key)
        if size < HEADER:
            return None
        with self._inner.read_range(key, 0, HEADER) as stream:
            header: bytes = stream.read(HEADER)
        return header if header.startswith(MAGIC) else None

    def _inner_size(self, key: str) -> int:
        if (size := self._inner.size(key)) is None:
            raise FileNotFoundError(key)
        return int(size)

    @staticmethod
    def _plain(stored: int) -> int:
        """Bytes that were sealed, where so many are stored."""
        return stored - HEADER - TAG * -(-(stored - HEADER) // SEALED)

    def _spool(self) -> IO[bytes]:
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=4 << 20, dir=str(_made(self._scratch))))


class _Sealing(io.RawIOBase):
    """Reads a stream and gives it sealed."""

    def __init__(self, source: IO[bytes], key: str, organisation: bytes, keyring: Keyring) -> None:
        own, nonce = os.urandom(32), os.urandom(12)
        head = MAGIC + organisation + keyring.current
        wrapped = keyring.of(organisation, keyring.current).encrypt(nonce, own, head + key.encode())
        self._source, self._key, self._own = source, key, AESGCM(own)
        self._ready, self._number = head + nonce + wrapped, 0
        self._next: bytes | None = self._more() or b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as many as asked for unless it ends."""
        parts, have = [self._ready], len(self._ready)
        while self._next is not None and (size < 0 or have < size):
            block, self._next = self._next, self._more()
            sealed = self._own.encrypt(_nonce(self._number), block, _bound(self._key, self._number, self._next is None))
            self._number += 1
            parts.append(sealed)
            have += len(sealed)
        found = b"".join(parts)
        if size < 0:
            self._ready = b""
            return found
        self._ready = found[size:]
        return found[:size]

    def _more(self) -> bytes | None:
        block = self._source.read(BLOCK)
        while block and len(block) < BLOCK and (rest := self._source.read(BLOCK - len(block))):
            block += rest
        return block or None


def _opening(header: bytes, key: str, keyring: Keyring) -> AESGCM:
    at = len(MAGIC)
    organisation, which = header[at : at + 16], header[at + 16 : at + 20]
    nonce, wrapped = header[at + 20 : at + 32], header[at + 32 :]
    try:
        return AESGCM(keyring.of(organisation, which).decrypt(nonce, wrapped, header[: at + 20] + key.encode()))
    except InvalidTag:
        raise SealError(f"What lies at {key} was altered.") from None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(key: str, number: int, last: bool) -> bytes:
    return f"{key} {number} {last:d}".encode()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
