"""A proxy in front that nobody declared: everybody seems to have its address, and limits shut out all of them."""

from __future__ import annotations

import contextlib
import ipaddress
import time
from pathlib import Path

from flask import Flask
from werkzeug.datastructures import Headers

from ml.core.messages import N_

ADVICE = N_(
    "A proxy forwards requests, and VIVA_PROXIES does not declare it: everyone seems to come from its address, so that "
    "limits count them as one. Set VIVA_PROXIES to the number of proxies in front, usually 1."
)
_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")


def is_forwarded(headers: Headers, address: str | None) -> bool:
    """Whether a request came by a proxy near us. From elsewhere anybody may say so."""
    try:
        near = not ipaddress.ip_address(address or "").is_global
    except ValueError:
        near = False
    return near and any(name in headers for name in _HEADERS)


def _file(home: Path) -> Path:
    return Path(home) / "health" / "undeclared-proxy"


def note(app: Flask) -> None:
    """Say it once in the log, and keep it for the page on health and for the next start."""
    if not app.extensions.setdefault("undeclared_proxy", False):
        app.extensions["undeclared_proxy"] = True
        app.logger.warning(ADVICE)
        with contextlib.suppress(OSError):
            _file(app.config["HOME"]).parent.mkdir(exist_ok=True, mode=0o700)
            _file(app.config["HOME"]).write_text(f"{time.time():.0f}\n")


def was_noticed(home: Path) -> bool:
    """Whether a proxy was noticed since it was last declared or for a week."""
    with contextlib.suppress(OSError):
        return time.time() - _file(home).stat().st_mtime < 7 * 86400
    return False
