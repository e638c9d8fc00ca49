"""STUN and TURN servers for browsers. None by default: then calls work within one network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any


def servers(config: Mapping[str, Any], member_id: str, *, at: float | None = None) -> list[dict[str, Any]]:
    """The list of RTCIceServer for one member.

    With TURN_SECRET the name is the moment when it ends and the member, and the password its HMAC: the time-limited
    credentials of coturn's ``use-auth-secret`` (draft-uberti-behave-turn-rest-00). Else TURN_USERNAME and
    TURN_PASSWORD are passed on as they are.

    :param at: the present moment in seconds since the epoch.
    """
    found: list[dict[str, Any]] = []
    if config["STUN_URLS"]:
        found.append({"urls": list(config["STUN_URLS"])})
    if config["TURN_URLS"]:
        if config["TURN_SECRET"]:
            ends = int((time.time() if at is None else at) + config["TURN_SECONDS"])
            username = f"{ends}:{member_id}"
            # SHA-1 is what the protocol and coturn prescribe.
            digest = hmac.new(config["TURN_SECRET"].encode(), username.encode(), hashlib.sha1).digest()
            credential = base64.b64encode(digest).decode("ascii")
        else:
            username, credential = config["TURN_USERNAME"] or "", config["TURN_PASSWORD"] or ""
        found.append({"urls": list(config["TURN_URLS"]), "username": username, "credential": credential})
    return found
