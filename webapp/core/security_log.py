"""Who did what that matters for trust: one line of JSON each in ``HOME/logs/security.log``, ids and no names.

Signing in and failing to, sessions that end, roles, deactivations, passwords, links that were shown or released, and
decisions. The same goes into the audit log of the database (webapp/governance), by a signal. Viva only appends to the
file; to rotate it, rename it (the next line begins a new one).
"""

from __future__ import annotations

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app, g, has_request_context, request
from flask_login import current_user

from webapp.core import events


def init_app(app: Flask) -> None:
    """Open the file at the first line, and again where it was renamed."""
    folder = Path(app.config["HOME"]) / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = logging.handlers.WatchedFileHandler(folder / "security.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.Logger("viva.security", logging.INFO)  # one for each application, and nobody else's
    logger.addHandler(handler)
    app.extensions["security_log"] = logger


def note_means(**facts: str) -> None:
    """From now on, in this request, everything that is written down also says by what it was done, such as a key."""
    g.means = facts


def means() -> dict[str, str]:
    """By what this request does what it does; empty for somebody who is signed in."""
    return g.get("means", {}) if has_request_context() else {}


def record(event: str, **facts: str | int | None) -> None:
    """Write down ``event`` with ``facts`` (ids, never names or addresses of mail), who did it and from where."""
    facts = {**means(), **facts}
    line: dict[str, str | int | None] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **facts}
    if has_request_context():
        line["from"] = request.remote_addr
        if current_user and current_user.is_authenticated:
            line.setdefault("by", current_user.id)
    current_app.extensions["security_log"].info(json.dumps(line))
    events.send(events.audited, action=event, facts=facts)
