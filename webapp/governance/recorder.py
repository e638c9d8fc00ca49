"""How events get into the audit log: noted while a request or a task runs, written with its commit.

An event that is noted while the session holds changes that are not committed belongs to them: both are written in one
transaction, or neither. An event that is noted otherwise (a page was seen, signing in failed) is written with the next
commit, or by itself when the request ends.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import cast

from flask import Flask, current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from webapp.core.database import after_commit, db
from webapp.governance import chain
from webapp.governance.chain import SAW, SEEN_AGAIN, Event, Head

logger = logging.getLogger(__name__)

#: Names in ``session.info``.
_PENDING, _CHANGED = "audit_pending", "audit_changed"
#: How many sights a process remembers, so that most reloads ask the database nothing.
_REMEMBERED = 20_000


@dataclass(frozen=True)
class _Noted:
    event: Event
    #: Whether it belongs to changes that were not committed when it was noted.
    bound: bool


class _Sights:
    """The sights that this process has written lately, by person and thing."""

    def __init__(self) -> None:
        self._lock, self._until = Lock(), OrderedDict[tuple[str, str, str], float]()

    def __contains__(self, sight: tuple[str, str, str]) -> bool:
        with self._lock:
            return self._until.get(sight, 0.0) > time.monotonic()

    def add(self, sight: tuple[str, str, str]) -> None:
        with self._lock:
            self._until[sight] = time.monotonic() + SEEN_AGAIN.total_seconds()
            self._until.move_to_end(sight)
            while len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)


def init_app(app: Flask) -> None:
    """Write what is left when a request, a task or a command ends."""
    app.extensions["audit_sights"] = _Sights()
    app.teardown_appcontext(lambda _error: write_rest())


def note(one: Event) -> None:
    """Have ``one`` written with the next commit, or when the request ends."""
    if one.action == SAW and one.sight in _sights():
        return
    info = db.session().info
    info.setdefault(_PENDING, []).append(_Noted(one, bool(info.get(_CHANGED))))


def write_rest() -> None:
    """Write what no commit has written. Never raises: the page that was asked for is there by now."""
    session = db.session()
    noted: list[_Noted] = session.info.pop(_PENDING, [])
    changed = session.info.pop(_CHANGED, False)
    rest = [each.event for each in noted if not (each.bound and changed)]
    if not rest:
        return
    try:
        if changed:  # nobody committed it, and SQLite has one writer's place
            session.rollback()
        chain.append_alone(db.engine, rest, key(), head_file())
        _remember(rest)
    except Exception:
        logger.exception("%s events could not be written into the audit log", len(rest))


def key() -> bytes:
    """The key for hashes of addresses: made of the installation's secret, and of use for nothing else."""
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"viva.audit.address", hashlib.sha256).digest()


def head_file() -> Path:
    """Where the chain's head is kept outside of the database."""
    return Path(current_app.config["HOME"]) / "audit_head"


def _sights() -> _Sights:
    return cast(_Sights, current_app.extensions["audit_sights"])


def _remember(events: list[Event]) -> None:
    for one in events:
        if one.action == SAW:
            _sights().add(one.sight)


def _written(events: list[Event], head: Head | None) -> None:
    _remember(events)
    if head is not None:
        chain.keep_head(head_file(), head)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(_PENDING) or not has_app_context():
        return
    session.flush()  # may note more
    events = [each.event for each in session.info.pop(_PENDING)]
    head = chain.append(session.connection(), events, key())
    after_commit(lambda: _written(events, head))


@event.listens_for(Session, "after_commit")
def _clean(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_CHANGED, None)
    if noted := session.info.get(_PENDING):
        session.info[_PENDING] = [each for each in noted if not each.bound]


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    session.info[_CHANGED] = True


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_CHANGED] = True
