"""How pictures and sound travel between browsers: straight from one to the other, or through a LiveKit server.

The room, its members, consents, chat and readings are the same in both; only who carries the media differs.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jwt

#: So many people send to each other before the uplink of a home connection is full.
MESH = 6
#: So many may be in a room whose media a LiveKit server carries.
CARRIED = 50
#: Seconds that a LiveKit server gets to answer.
PATIENCE = 3.0


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
    config: Mapping[str, Any], room_id: str, member_id: str, name: str, *, at: float | None = None, seconds: int = 60
) -> str:
    """An access token for one member and one room, as https://docs.livekit.io/home/get-started/authentication
    describes: a JWT (HS256) whose ``video`` claim grants joining, publishing and subscribing, and nothing of
    administration.

    :param seconds: how long it may be used to connect; a connection that stands outlives it. Short, so that it is of
        no use to somebody who was removed.
    """
    grants = {"roomJoin": True, "room": room_id, "canPublish": True, "canSubscribe": True, "canPublishData": False}
    return _signed(
        config, {"sub": member_id, "name": name, "video": grants}, time.time() if at is None else at, seconds
    )


def _signed(config: Mapping[str, Any], claims: dict[str, Any], at: float, seconds: int) -> str:
    times = {"iss": config["LIVEKIT_KEY"], "nbf": int(at) - 5, "exp": int(at) + seconds}
    return jwt.encode(claims | times, config["LIVEKIT_SECRET"], algorithm="HS256")


def dismiss(config: Mapping[str, Any], room_id: str, member_id: str) -> None:
    """Have the LiveKit server, where there is one, cut somebody's media. Raises OSError where it cannot be asked."""
    _ask(config, "RemoveParticipant", {"roomAdmin": True, "room": room_id}, {"room": room_id, "identity": member_id})


def end(config: Mapping[str, Any], room_id: str) -> None:
    """Have the LiveKit server, where there is one, end a room. Raises OSError where it cannot be asked."""
    _ask(config, "DeleteRoom", {"roomCreate": True}, {"room": room_id})


def _ask(config: Mapping[str, Any], method: str, grants: dict[str, Any], body: dict[str, str]) -> None:
    """Call LiveKit's server API (https://docs.livekit.io/home/server/managing-rooms): JSON by POST, over Twirp."""
    if not has_server(config):
        return
    base = re.sub(r"^ws", "http", config["LIVEKIT_URL"].rstrip("/"))
    if not base.startswith(("http://", "https://")):
        raise OSError(f"LIVEKIT_URL is no address of a server: {config['LIVEKIT_URL']!r}")
    request = Request(  # noqa: S310  (checked just above)
        f"{base}/twirp/livekit.RoomService/{method}",
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {_signed(config, {'video': grants}, time.time(), 60)}",
        },
    )
    try:
        with urlopen(request, timeout=PATIENCE):  # noqa: S310
            pass
    except HTTPError as error:
        if error.code != 404:  # nobody there any more: that is what was wanted
            raise
