"""The live room's settings, read from the environment. No external host is named by default."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from flask import Flask, Request


def init_app(app: Flask) -> None:
    """Fill ``app.config`` with what the environment says, unless the application was given it already."""
    for name, value in {
        #: Where browsers reach the live service (ws:// or wss://, no path needed); else made from each request.
        "LIVE_URL": os.environ.get("VIVA_LIVE_URL"),
        #: Where the service listens, ``host:port``.
        "LIVE_LISTEN": os.environ.get("VIVA_LIVE_LISTEN") or "127.0.0.1:8001",
        #: Whether that was said; if not, browsers are sent to the port after the one that they asked.
        "LIVE_LISTEN_SAID": bool(os.environ.get("VIVA_LIVE_LISTEN")),
        #: Whether interviewers see a candidate's live readings during the call (webapp/live/policy.py).
        "LIVE_SHOW_CANDIDATE": os.environ.get("VIVA_LIVE_SHOW_CANDIDATE", "").lower() in {"1", "yes", "true"},
        #: Processes that read frames and sound: None for one a core, 0 for a service that reads nobody.
        "LIVE_READERS": int(os.environ["VIVA_LIVE_READERS"]) if os.environ.get("VIVA_LIVE_READERS") else None,
        #: Further origins, besides PUBLIC_URL's, whose pages may connect.
        "LIVE_ORIGINS": _list("VIVA_LIVE_ORIGINS"),
        "STUN_URLS": _list("VIVA_STUN_URLS"),
        "TURN_URLS": _list("VIVA_TURN_URLS"),
        "TURN_USERNAME": os.environ.get("VIVA_TURN_USERNAME"),
        "TURN_PASSWORD": os.environ.get("VIVA_TURN_PASSWORD"),
        #: coturn's ``static-auth-secret``: every member gets a name and password that end after TURN_SECONDS.
        "TURN_SECRET": os.environ.get("VIVA_TURN_SECRET"),
        "TURN_SECONDS": int(os.environ.get("VIVA_TURN_SECONDS", 12 * 3600)),
        "LIVEKIT_URL": os.environ.get("VIVA_LIVEKIT_URL"),
        "LIVEKIT_KEY": os.environ.get("VIVA_LIVEKIT_KEY"),
        "LIVEKIT_SECRET": os.environ.get("VIVA_LIVEKIT_SECRET"),
        #: How long a token may be used to connect, in seconds.
        "LIVE_TOKEN_SECONDS": 60,
        "LIVE_JOIN_RATE": "240 per minute",
        "LIVE_TOKEN_RATE": "240 per minute",
    }.items():
        app.config.setdefault(name, value)


def _list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def live_url(app: Flask, request: Request) -> str:
    """The address of the live service for the browser that sent ``request``, without a path of a socket."""
    if app.config["LIVE_URL"]:
        return app.config["LIVE_URL"].rstrip("/")
    where = urlsplit(request.host_url)
    host = f"[{where.hostname}]" if ":" in (where.hostname or "") else where.hostname
    if where.scheme == "https":  # a proxy with TLS passes this path on (docs/live.md)
        return f"wss://{where.netloc}/live/service"
    port = int(app.config["LIVE_LISTEN"].rpartition(":")[2])
    return f"ws://{host}:{port if app.config['LIVE_LISTEN_SAID'] else (where.port or 80) + 1}"


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write origins and as CSP takes them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
