"""Which Host header is believed: the public address's, ours, and those that the operator allows."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, request

_OURS = ["localhost", "127.0.0.1", "[::1]"]
#: The address that links begin with outside of a request, where PUBLIC_URL does not say it.
_known: ContextVar[str] = ContextVar("viva_base_url", default="")


def init_app(app: Flask) -> None:
    """With a public address or a list of allowed hosts, every other Host is refused (400)."""
    public = urlsplit(app.config["PUBLIC_URL"] or "").hostname
    if public or app.config["ALLOWED_HOSTS"]:
        names = [*app.config["ALLOWED_HOSTS"], *_OURS, *([public] if public else [])]
        app.config["TRUSTED_HOSTS"] = [*names, *filter(None, [app.config["SERVER_NAME"]])]


def base_url() -> str:
    """The address that links begin with, without a slash at the end; empty outside of a request without PUBLIC_URL.

    A Host that only the request knows is not believed: a link made from it would lead to whoever sent it.
    """
    if public := current_app.config["PUBLIC_URL"]:
        return str(public).rstrip("/")
    if not has_request_context():
        return _known.get()
    if is_plausible(urlsplit(f"//{request.host}").hostname or ""):
        return request.url_root.rstrip("/")
    host, port = request.environ.get("SERVER_NAME", ""), request.environ.get("SERVER_PORT", "80")
    return f"{request.scheme}://{host if _is_address(host) else '127.0.0.1'}:{port}"


@contextmanager
def linking_to(base: str) -> Iterator[None]:
    """Have links that are made outside of a request begin with ``base``, as a request once said it."""
    token = _known.set(base)
    try:
        yield
    finally:
        _known.reset(token)


def link_to(endpoint: str, **values: Any) -> str:
    """The whole address of a page, inside or outside of a request."""
    return base_url() + current_app.url_map.bind("localhost").build(endpoint, values)


def is_plausible(name: str) -> bool:
    """Whether a host is an address, this machine, or one that was configured."""
    config = current_app.config
    known = {*_OURS, socket.gethostname().lower(), *(each.lower() for each in config["ALLOWED_HOSTS"])}
    known.add((config["SERVER_NAME"] or "localhost").lower())
    return _is_address(name) or name.lower() in known or name.lower().endswith(".localhost")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
