"""What passes between Viva and an ATS, whichever it is: adapters turn it into the forms of each and back."""

from __future__ import annotations

import base64
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class BadOrder(ValueError):
    """An ATS asked for something that is not possible; the message says what, in English, for its log."""


class Status(enum.StrEnum):
    """How far an order is."""

    INVITED = "invited"
    STARTED = "started"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class NewOrder:
    """What an ATS wants: an offer for a candidate."""

    offer_id: str
    name: str
    email: str
    their_id: str = ""
    callback: str = ""


@dataclass(frozen=True)
class News:
    """What became of an order, and what is needed to say so."""

    order_id: str
    their_id: str
    status: Status
    at: datetime
    #: Where people review it in Viva, after signing in.
    result_url: str
    address: str
    callback: str
    #: The key that the ATS shows us, and its own.
    our_key: str
    their_key: str


@dataclass(frozen=True)
class Call:
    """A request to an ATS."""

    method: str
    url: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def basic(key: str) -> str:
    """The value of an ``Authorization`` header with a key as the name and no password."""
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def text(body: Mapping[str, Any], name: str, *, required: bool = True, longest: int = 200) -> str:
    """A text or number of ``body`` as text. Raises BadOrder where it is missing, too long or something else."""
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise BadOrder(f"{name} is missing")
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadOrder(f"{name} must be a string")
    if len(str(value)) > longest:
        raise BadOrder(f"{name} is longer than {longest} characters")
    return str(value)


def inside(body: Mapping[str, Any], name: str, *, required: bool = True) -> Mapping[str, Any]:
    """An object of ``body``. Raises BadOrder."""
    value = body.get(name)
    if value is None and not required:
        return {}
    if not isinstance(value, Mapping):
        raise BadOrder(f"{name} must be an object")
    return value


def full_name(candidate: Mapping[str, Any]) -> str:
    """First and last name in one. Raises BadOrder where both are missing."""
    parts = [text(candidate, each, required=False) for each in ("first_name", "last_name")]
    if not any(parts):
        raise BadOrder("first_name and last_name are missing")
    return " ".join(filter(None, parts))
