"""The wall around self-identifications: a key of its own, without which a row says neither whose it is nor what."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from flask import current_app

from webapp.fairness.categories import Ethnicity, Sex

_SEXES, _ETHNICITIES = list(Sex), list(Ethnicity)


def _key() -> bytes:
    """The key: VIVA_SELF_IDENTIFICATION_KEY, else a file that is made on first use and nobody else may read."""
    if given := current_app.config["SELF_IDENTIFICATION_KEY"]:
        return str(given).encode()
    path = Path(current_app.config["HOME"]) / "self_identification_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    key = secrets.token_hex(32).encode()
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key)
    return key


def token_of(interview_id: str) -> str:
    """What the row of an interview's candidate is found by."""
    return hmac.new(_key(), b"whose " + interview_id.encode(), hashlib.sha256).hexdigest()


def seal(token: str, sex: Sex, ethnicity: Ethnicity) -> tuple[str, str]:
    """A new nonce, and both answers sealed with it."""
    nonce = secrets.token_hex(8)
    pad = _pad(token, nonce)
    return nonce, bytes([_SEXES.index(sex) ^ pad[0], _ETHNICITIES.index(ethnicity) ^ pad[1]]).hex()


def opened(token: str, nonce: str, sealed: str) -> tuple[Sex, Ethnicity]:
    """Both answers. Raises IndexError or ValueError where the key is another one."""
    pad, value = _pad(token, nonce), bytes.fromhex(sealed)
    return _SEXES[value[0] ^ pad[0]], _ETHNICITIES[value[1] ^ pad[1]]


def _pad(token: str, nonce: str) -> bytes:
    return hmac.new(_key(), f"what {token} {nonce}".encode(), hashlib.sha256).digest()
