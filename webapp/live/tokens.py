"""Signed strings of the live room: links for guests, and tokens with which a browser connects to the live service."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from ml.core.messages import N_
from webapp.core.database import db
from webapp.core.keys import signer
from webapp.live.models import Member, Room

#: Separate these signatures from each other and from every other use of the secret key.
_LINK_SALT, _TOKEN_SALT = "viva.live-link", "viva.live-token"
PURPOSES = ("signal", "reading")


class TokenError(Exception):
    """A token that lets nobody in; ``code`` is for programs, the message for a person."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Claims:
    """What a token says: who may connect to which socket, from the pages of which origin."""

    room_id: str
    member_id: str
    purpose: str
    origin: str
    nonce: str
    #: When it was made, in seconds since the epoch.
    made: float
    #: The session of somebody who is signed in (webapp/accounts/sessions.py); empty for guests.
    session: str = ""
    #: The live service that it is for, where there are several: each knows only which tokens it has seen itself.
    service: str = ""


def link_of(room: Room, *, candidate: bool = False) -> str:
    """The signed part of a link into ``room``, for guests or for its one candidate."""
    payload = [room.id, room.link_number, "candidate" if candidate else "guest"]
    return signer(_LINK_SALT).dumps(payload)


def room_of_link(link: str) -> tuple[Room, bool] | None:
    """The room behind a link, and whether the link is the candidate's. None for links that were never given out or
    have been replaced; the room may be over: ask ``is_open``."""
    try:
        room_id, number, kind = signer(_LINK_SALT).loads(link)
    except (BadData, TypeError, ValueError):
        return None
    room = db.session.get(Room, room_id)
    return (room, kind == "candidate") if room is not None and room.link_number == number else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_TOKEN_SALT)


def issue(member: Member, purpose: str, origin: str, session: str = "", service: str = "") -> str:
    """A token for ``member`` to connect once, soon (LIVE_TOKEN_SECONDS), to one socket of ``service``, from a page of
    ``origin``."""
    if purpose not in PURPOSES:
        raise ValueError(f"No purpose of a token: {purpose!r}")
    claims = [member.room_id, member.id, purpose, origin, secrets.token_urlsafe(12), time.time(), session]
    if service:  # a service of an older version knows no other tokens than its own
        claims.append(service)
    return _serializer().dumps(claims)


def check(token: object, purpose: str, origin: str | None, service: str = "") -> Claims:
    """What ``token`` says. Raises TokenError where it is forged, too old, or made for something else.

    Needs an application context and no database. That it is used once is for the service to see (``nonce``).
    """
    unknown = TokenError("token", N_("This connection could not be verified. Reload the page."))
    if not isinstance(token, str) or len(token) > 2000:
        raise unknown
    try:
        values = _serializer().loads(token, max_age=current_app.config["LIVE_TOKEN_SECONDS"])
        claims = Claims(*values)
    except SignatureExpired:
        raise TokenError("expired", N_("This connection has expired. Reconnecting…")) from None
    except (BadData, TypeError):
        raise unknown from None
    if (claims.purpose, claims.origin, claims.service) != (purpose, origin, service):
        raise unknown
    return claims
