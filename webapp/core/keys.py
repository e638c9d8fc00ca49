"""The keys that sign sessions and links: one of its own for each, rotated by command; old ones count for a while.

An installation that has its secrets in files keeps them in ``HOME/keys.json``. One that is given ``VIVA_SECRET_KEY`` (a
cluster) is given these too: ``VIVA_SESSION_KEY``, ``VIVA_LINK_KEY`` and the old ones; without them the secret key
signs, as it did before. The secret key itself stays: what is derived of it (secrets of webhooks, what is sealed) is no
session and no link.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

KINDS = ("sessions", "links")
#: How long the key that signed both before is still accepted, in days: a session ends sooner, a link may wait a year.
BEFORE = {"sessions": 30, "links": 400}


class KeyFileError(RuntimeError):
    """The keys cannot be rotated here; the message says what to do, for the operator."""


def init_app(app: Flask) -> None:
    """Find the keys, and have sessions signed by theirs."""
    given = app.config.pop("SECRET_KEY_GIVEN")
    if given:
        secret = app.config["SECRET_KEY"]
        app.config["SESSION_KEYS"] = [*app.config["OLD_SESSION_KEYS"], app.config["SESSION_KEY"] or secret]
        app.config["LINK_KEYS"] = [*app.config["OLD_LINK_KEYS"], app.config["LINK_KEY"] or secret]
    else:
        kept = _read(Path(app.config["HOME"]) / "keys.json", app.config["SECRET_KEY"])
        app.config["SESSION_KEYS"], app.config["LINK_KEYS"] = (valid(kept[kind]) for kind in KINDS)
    app.config["KEYS_IN_FILE"] = not given
    app.session_interface = _Sessions()


def signer(salt: str) -> URLSafeSerializer:
    """What signs links of one use, and reads those that an older key signed."""
    return URLSafeSerializer(current_app.config["LINK_KEYS"], salt=salt)


def timed_signer(salt: str) -> URLSafeTimedSerializer:
    """The same for links that end by themselves."""
    return URLSafeTimedSerializer(current_app.config["LINK_KEYS"], salt=salt)


class _Sessions(SecureCookieSessionInterface):
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if not app.config["SESSION_KEYS"]:
            return None
        return URLSafeTimedSerializer(
            app.config["SESSION_KEYS"],
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )


def _read(path: Path, before: str) -> dict[str, list[dict[str, Any]]]:
    """Kind → its keys, the oldest first; made where there are none, with the key that signed both before."""
    if not path.exists():
        moment = datetime.now(UTC)
        fresh = {
            kind: [
                _old(before, moment + timedelta(days=BEFORE[kind])),
                {"key": secrets.token_urlsafe(48), "until": None},
            ]
            for kind in KINDS
        }
        _write(path, fresh, only_new=True)
    kept: dict[str, list[dict[str, Any]]] = json.loads(path.read_text("utf-8"))
    return kept


def _old(key: str, until: datetime) -> dict[str, Any]:
    return {"key": key, "until": until.isoformat()}


def valid(keys: list[dict[str, Any]]) -> list[str]:
    """The keys that count now, the one that signs last."""
    moment = datetime.now(UTC)
    return [each["key"] for each in keys if each["until"] is None or datetime.fromisoformat(each["until"]) > moment]


def _write(path: Path, kept: dict[str, list[dict[str, Any]]], *, only_new: bool = False) -> None:
    """Write whole or not at all, readable by the owner alone; of several processes at the first start one is first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(kept, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    if not only_new:
        draft.replace(path)
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def rotate(kinds: list[str], keep_days: int) -> None:
    """Let new keys sign, and the present ones count for ``keep_days`` more (0: no longer). It takes a restart.

    Raises KeyFileError where the keys come from the environment.
    """
    app = current_app
    if not app.config["KEYS_IN_FILE"]:
        raise KeyFileError(
            "The keys come from the environment. Put the present value into VIVA_OLD_SESSION_KEYS or "
            "VIVA_OLD_LINK_KEYS, a new one into VIVA_SESSION_KEY or VIVA_LINK_KEY, and start everything again."
        )
    path = Path(app.config["HOME"]) / "keys.json"
    kept = _read(path, app.config["SECRET_KEY"])
    moment = datetime.now(UTC)
    for kind in kinds:
        still = [each for each in kept[kind] if each["until"] and datetime.fromisoformat(each["until"]) > moment]
        current = [
            _old(each["key"], moment + timedelta(days=keep_days)) for each in kept[kind] if each["until"] is None
        ]
        if keep_days == 0:
            still, current = [], []
        kept[kind] = [*still, *current, {"key": secrets.token_urlsafe(48), "until": None}]
    _write(path, kept)
