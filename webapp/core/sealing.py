"""Secrets that Viva has to read again, sealed before they are stored: whoever has the database alone cannot use them.

The key is made of ``SECRET_KEY``. Those in ``SECRET_KEY_FALLBACKS`` (Flask's own setting) still open what was sealed
before; ``renewed`` seals it with the present one.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class CannotOpen(ValueError):
    """This was sealed with another secret than this installation has."""


def _keys(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in _secrets()])


def _secrets() -> list[str | bytes]:
    return [current_app.config["SECRET_KEY"], *(current_app.config["SECRET_KEY_FALLBACKS"] or ())]


def _key(secret: str | bytes, purpose: str) -> bytes:
    raw = secret.encode() if isinstance(secret, str) else secret
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"viva.seal.{purpose}".encode()).derive(raw)
    return base64.urlsafe_b64encode(derived)


def keys_for(purpose: str) -> list[str]:
    """Keys of 32 bytes in base64url for somebody else to seal with (a browser), the present one first."""
    return [_key(secret, purpose).decode("ascii") for secret in _secrets()]


def seal(text: str, purpose: str) -> str:
    """``text`` in a form that only this installation can open, for the same ``purpose``."""
    return _keys(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed. Raises CannotOpen."""
    try:
        return _keys(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


def renewed(sealed: str, purpose: str) -> str:
    """The same, sealed with the present secret. Raises CannotOpen."""
    try:
        return _keys(purpose).rotate(sealed.encode()).decode("ascii")
    except InvalidToken:
        raise CannotOpen from None
