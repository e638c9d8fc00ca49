"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com): HMAC-SHA256 of id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from flask import current_app

from webapp.core.database import now
from webapp.integrations.models import Endpoint

PREFIX = "whsec_"


def _key(endpoint_id: str, number: int) -> bytes:
    """24 bytes that only this installation can make."""
    base = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(base, f"viva.webhook {endpoint_id} {number}".encode(), hashlib.sha256).digest()[:24]


def secret_of(endpoint: Endpoint) -> str:
    """The secret that the receiver needs, as its library takes it."""
    return PREFIX + base64.b64encode(_key(endpoint.id, endpoint.secret_number)).decode()


def keys_of(endpoint: Endpoint, moment: datetime | None = None) -> list[bytes]:
    """The keys to sign with: the present one, and for a while after a rotation the one before."""
    keys = [_key(endpoint.id, endpoint.secret_number)]
    if endpoint.rotated_until is not None and endpoint.rotated_until > (moment or now()):
        keys.append(_key(endpoint.id, endpoint.secret_number - 1))
    return keys


def headers(keys: list[bytes], message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a webhook."""
    stamp = str(int(moment.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    made = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in made),
    }
