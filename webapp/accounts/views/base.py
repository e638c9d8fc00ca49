"""The blueprint of the pages about accounts, and what signing in does."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    session,
)
from flask_login import login_user

from webapp.accounts import sessions
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.zones import browser_zone

blueprint = Blueprint("accounts", __name__)


def enter(user: User, *, remember: bool = False) -> None:
    """Begin a new session for ``user``; ``remember`` keeps it beyond the browser's end. Commits.

    The zone of this browser is kept with the person.
    """
    session.clear()  # nothing of an earlier session survives a change of person
    sessions.begin(user, remember=remember)
    if (zone := browser_zone()) is not None:
        user.time_zone = zone.key
    db.session.commit()
    login_user(user, remember=remember)


def safe_target(target: str | None) -> str | None:
    """``target`` if it is a path of ours; an address elsewhere would make us a springboard."""
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
