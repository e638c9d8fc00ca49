"""The blueprint of the pages about accounts, and what signing in does."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    flash,
    redirect,
    session,
    url_for,
)
from flask_login import login_user
from werkzeug.wrappers import Response

from webapp.accounts import pending, second_step, sessions
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.core.translation import KEPT, forget, language
from webapp.core.zones import browser_zone

blueprint = Blueprint("accounts", __name__)


def go_on(user: User, *, remember: bool = False, to: str | None = None, done: str = "") -> Response:
    """What follows a right password: the second step where ``user`` has one, else they are in. Commits.

    :param to: a path of ours to go to in the end.
    :param done: what was done beside, to be said then.
    """
    if second_step.of(user):
        chosen = session.get(KEPT, "")
        session.clear()
        session[KEPT] = chosen
        pending.begin(pending.SECOND_STEP, user, mark=user.password_mark, remember=remember, to=to, done=done)
        db.session.commit()
        return redirect(url_for("accounts.second_step"))
    enter(user, remember=remember)
    record("signed in", person=user.id)
    if done:
        flash(done, "success")
    return redirect(to or url_for("pages.home"))


def enter(user: User, *, remember: bool = False, second_step: bool = False) -> None:
    """Begin a new session for ``user``; ``remember`` keeps it beyond the browser's end. Commits.

    The zone of this browser is kept with the person, and so is its language where they chose one before they were in.
    """
    chosen, shown = session.get(KEPT, ""), language()
    session.clear()  # nothing else of an earlier session survives a change of person
    user.language, user.last_language = user.language or chosen, shown
    sessions.begin(user, remember=remember, second_step=second_step)
    if (zone := browser_zone()) is not None:
        user.time_zone = zone.key
    db.session.commit()
    login_user(user, remember=remember)
    forget()


def safe_target(target: str | None) -> str | None:
    """``target`` if it is a path of ours; an address elsewhere would make us a springboard."""
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
