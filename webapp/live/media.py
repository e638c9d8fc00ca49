"""How pictures and sound travel between browsers: straight from one to the other, or through a LiveKit server.

The room, its members, consents, chat and readings are the same in both; only who carries the media differs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

#: So many people send to each other before the uplink of a home connection is full.
MESH = 6
#: So many may be in a room whose media a LiveKit server carries.
CARRIED = 50


def has_server(config: Mapping[str, Any]) -> bool:
    """Whether a LiveKit server is configured."""
    return bool(config["LIVEKIT_URL"] and config["LIVEKIT_KEY"] and config["LIVEKIT_SECRET"])


def most(config: Mapping[str, Any]) -> int:
    """How many people may be in one room at a time."""
    return CARRIED if has_server(config) else MESH


def describe(config: Mapping[str, Any], room_id: str, member_id: str, name: str) -> dict[str, Any]:
    """What a browser needs to know: ``{"kind": "mesh", "most"}`` or ``{"kind": "livekit", "url", "token", "most"}``."""
    if not has_server(config):
        return {"kind": "mesh", "most": MESH}
    token = livekit_token(config, room_id, member_id, name)
    return {"kind": "livekit", "url": config["LIVEKIT_URL"], "token": token, "most": CARRIED}


def livekit_token(
    config: Mapping[str, Any], room_id: str, member_id: str, name: str, *, at: float | None = None, seconds: int = 600
) -> str:
    """An access token for one member and one room, as https://docs.livekit.io/home/get-started/authentication
    describes: a JWT (HS256) whose ``video`` claim grants joining, publishing and subscribing, and nothing of
    administration.

    :param seconds: how long it may be used to connect; a connection that stands outlives it.
    """
    moment = int(time.time() if at is None else at)
    claims = {
        "iss": config["LIVEKIT_KEY"],
        "sub": member_id,
        "name": name,
        "nbf": moment - 5,
        "exp": moment + seconds,
        "video": {"roomJoin": True, "room": room_id, "canPublish": True, "canSubscribe": True, "canPublishData": False},
    }
    return jwt.encode(claims, config["LIVEKIT_SECRET"], algorithm="HS256")
