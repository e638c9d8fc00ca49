"""Addresses of the live service."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request


def live_url(app: Flask, request: Request, service: str = "") -> str:
    """The address of the live service for the browser that sent ``request``, without a path of a socket.

    ``service``: which one, where there are several behind one address; a proxy tells them apart by the path.
    """
    where = _address(app, request)
    return f"{where}/{service}" if service else where


def _address(app: Flask, request: Request) -> str:
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
