"""The key file of backups. It lies apart from them: whoever has both can read everything, whoever lost it nothing.

It also holds the installation's own secret and the keys of its sessions and links, so that these and sealed secrets
survive a lost machine, and the backup itself never contains what opens it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: In a data folder: the keys that sign sessions and links (webapp/core/keys.py).
KEYS = "keys.json"
#: Bytes of a nonce; each is random and goes before what it encrypts.
_NONCE = 12


class BackupError(ValueError):
    """This cannot be backed up or restored as it was asked for; the message is for the operator."""


class DamagedError(BackupError):
    """What lies in the backup is not what was put there."""


@dataclass(frozen=True)
class Key:
    """32 random bytes, and the secret and the file of keys of the installation that they belong to.

    Both are empty where they come by the environment, which whoever sets it keeps.
    """

    raw: bytes
    secret: str = ""
    signing: str = ""

    def _derived(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"viva.backup.{purpose}".encode()).derive(self.raw)

    @property
    def id(self) -> str:
        """Tells keys apart and says nothing about them."""
        return self._derived("id").hex()[:16]

    def name_of(self, piece: bytes) -> str:
        """What a piece is called: the same bytes have the same name, which without the key says nothing."""
        return hmac.new(self._derived("name"), piece, hashlib.sha256).hexdigest()

    def seal(self, data: bytes, name: str) -> bytes:
        """``data`` encrypted (AES-256-GCM), bound to the ``name`` it is stored under."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._derived("data")).encrypt(nonce, data, name.encode())

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """What was sealed. Raises DamagedError for anything else, be it one bit."""
        try:
            return AESGCM(self._derived("data")).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except (InvalidTag, ValueError):
            raise DamagedError(f"{name} is damaged: it is not what was put into the backup.") from None


def load(path: Path) -> Key:
    """The key in a file. Raises BackupError."""
    try:
        found = json.loads(path.read_text("ascii"))
        raw = base64.b64decode(found["key"], validate=True)
        if found["format"] != 1 or len(raw) != 32:
            raise ValueError
        return Key(raw, str(found.get("secret", "")), str(found.get("signing", "")))
    except FileNotFoundError:
        raise BackupError(f"There is no key file {path}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(f"{path} is no key file of Viva's backups, or cannot be read.") from None


def save(path: Path, key: Key) -> None:
    """Write a key file that its owner alone can read. Raises BackupError."""
    raw = base64.b64encode(key.raw).decode("ascii")
    text = json.dumps({"format": 1, "key": raw, "secret": key.secret, "signing": key.signing})
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise BackupError(f"The key file {path} cannot be written ({error.strerror}).") from None
