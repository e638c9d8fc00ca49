"""Sessions lie on the server: a cookie only names one, so that ending it ends every copy of the cookie.

A session ends when its person signs out, ends it from another browser, changes the password or is deactivated, when
nothing was done with it for long, and at the latest after a while. Nothing here commits.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from webapp.accounts import devices
from webapp.accounts.models import Organisation, User, UserSession
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record

#: What higher features read together with whoever is signed in, by name.
_along: dict[str, sa.ScalarSelect[Any]] = {}


def read_along(name: str, value: sa.ScalarSelect[Any]) -> None:
    """Have a value of a person's row in User read with it in every request; ``along`` says what it was."""
    _along[name] = value


def along(name: str, otherwise: Callable[[], Any]) -> Any:
    """What was read with the person who is signed in; ``otherwise``'s where they signed in by no session."""
    return g.signed_in._mapping[name] if "signed_in" in g else otherwise()


#: How often it is noted that a session is in use.
NOTED = timedelta(minutes=5)


def begin(user: User, *, remember: bool, second_step: bool = False) -> UserSession:
    """Begin a session of ``user`` in this browser. They have proved just now who they are, with ``second_step`` by
    more than a password."""
    moment = now()
    longest = current_app.config["REMEMBERED_LONGEST" if remember else "SESSION_LONGEST"]
    row = UserSession(
        user_id=user.id,
        address=(request.remote_addr or "")[:64],
        browser=_browser(request.user_agent.string),
        device=devices.hash_of_browser(),
        remembered=remember,
        second_step=second_step,
        confirmed_at=moment,
        seen_at=moment,
        ends_at=moment + longest,
    )
    new = devices.is_new(user, row.device)
    db.session.add(row)
    db.session.flush()
    user.session_id = row.id
    if new and not user.is_temporary:
        record("signed in in a new browser", person=user.id)
        events.send(events.signed_in_anew, session_id=row.id)
    return row


def load(name: str) -> User | None:
    """The person whose session a cookie names; None where it has ended. For Flask-Login."""
    user_id, mark, session_id = [*name.split("."), "", ""][:3]
    query = (
        sa.select(UserSession, User, Organisation, *(value.label(name) for name, value in _along.items()))
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
        .where(UserSession.id == session_id, User.id == user_id)
    )
    found = db.session.execute(query).first() if session_id else None
    if found is None or not found[1].active:
        return None
    g.signed_in = found  # kept, so that who asks for them by their ids asks no database
    row, user = found[:2]
    if not is_alive(row) or not hmac.compare_digest(user.password_mark, mark):
        return None
    user.session_id = row.id
    if now() - row.seen_at > NOTED:
        g.session_seen = row.id
    return user


def is_alive(row: UserSession, moment: datetime | None = None) -> bool:
    """Whether a session has neither ended nor run out."""
    moment = moment or now()
    idle = current_app.config["REMEMBERED_IDLE" if row.remembered else "SESSION_IDLE"]
    return row.ended_at is None and moment < row.ends_at and moment < row.seen_at + idle


def of(user: User) -> list[UserSession]:
    """The sessions of ``user`` that are alive, the latest used first."""
    rows = db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .order_by(UserSession.seen_at.desc(), UserSession.id)
    )
    return [row for row in rows if is_alive(row)]


def current(user: User) -> UserSession | None:
    """The session by which ``user`` makes this request."""
    return db.session.get(UserSession, user.session_id) if user.session_id else None


def end(row: UserSession) -> None:
    """End one session; a second time changes nothing."""
    if row.ended_at is None:
        row.ended_at = now()
        db.session.flush()


def end_all(user: User, *, but: str = "") -> int:
    """End every session of ``user``, except one; how many that were."""
    alive = [row for row in of(user) if row.id != but]
    for row in alive:
        end(row)
    return len(alive)


def confirm(row: UserSession) -> None:
    """Note that the password was asked again just now."""
    row.confirmed_at = now()
    db.session.flush()


def is_confirmed(user: User) -> bool:
    """Whether the password was asked in this session not long ago."""
    row = current(user)
    return row is not None and now() - row.confirmed_at < current_app.config["CONFIRMED_FOR"]


def forget_old(moment: datetime | None = None) -> int:
    """Delete what ended more than a month ago. For the sweep."""
    limit = (moment or now()) - timedelta(days=31)
    old = sa.or_(UserSession.ended_at < limit, UserSession.ends_at < limit)
    return cast("sa.CursorResult[Any]", db.session.execute(sa.delete(UserSession).where(old))).rowcount


def init_app(app: Flask) -> None:
    """Note after a request that its session is in use."""

    app.after_request(devices.remember)

    @app.after_request
    def note(response: Response) -> Response:
        if session_id := g.pop("session_seen", None):
            try:
                with db.engine.begin() as connection:
                    connection.execute(sa.update(UserSession).where(UserSession.id == session_id).values(seen_at=now()))
            except sa.exc.DBAPIError:  # noted at the next request
                app.logger.warning("A session's use could not be noted")
        return response


def _browser(agent: str) -> str:
    """A browser and its system in words, as people know them; empty where it does not say."""
    browsers = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}
    systems["Linux"] = "Linux"
    browser = next((name for mark, name in browsers.items() if mark in agent), "")
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return " on ".join(filter(None, (browser, system)))
