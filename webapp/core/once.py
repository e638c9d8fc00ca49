"""What a request asks the database several times is asked once: the answer is kept until somebody writes.

A page asks the same of many places (who has scored this interview, what an answer's transcript is). A function that
``asked_once`` wraps is called once for its arguments in a transaction. What it found is forgotten when a row of the
models that it names is written or anything is deleted, when rows are changed in bulk, and when the transaction ends.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from webapp.core.database import db

_P = ParamSpec("_P")
_T = TypeVar("_T")
#: Under these a session keeps what was found, and that it goes on with it after a commit.
_KEPT, _GOES_ON = "asked once", "goes on"


def asked_once(*models: type[Any], rows: bool = False) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Call a function once for the same arguments (ids, and what else can be a key), while no row of ``models`` is
    written. Whoever is given the result leaves it as it is. With ``rows`` it finds all rows of something as they are,
    so that a change of one of them changes nothing about which they are."""

    def wrap(function: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(function)
        def ask(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            session = db.session()
            if session.autoflush and (session.new or session.dirty or session.deleted):
                session.flush()
            key = (function, args, tuple(kwargs.items()))
            if key not in session.info.get(_KEPT, {}):
                found = function(*args, **kwargs)
                session.info.setdefault(_KEPT, {})[key] = (models, rows, found)
                return found
            return cast(_T, session.info[_KEPT][key][2])

        return ask

    return wrap


def peek(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | None:
    """What a wrapped function has found for these arguments and is still kept; None without asking anything."""
    kept = db.session().info.get(_KEPT, {}).get((inspect.unwrap(function), args, tuple(kwargs.items())))
    return cast(_T, kept[2]) if kept else None


@contextmanager
def _going_on(session: Session) -> Iterator[None]:
    expires, session.expire_on_commit = session.expire_on_commit, False
    session.info[_GOES_ON] = True
    try:
        yield
    finally:
        session.expire_on_commit = expires
        session.info.pop(_GOES_ON, None)


def commit_and_go_on() -> None:
    """Commit, and go on with what was read before: for a page that notes that it was looked at, and then is drawn."""
    session = db.session()
    with _going_on(session):
        session.commit()


@event.listens_for(Session, "after_flush")
def _written(session: Session, _context: UOWTransaction) -> None:
    if not (kept := session.info.get(_KEPT)):
        return
    if session.deleted:  # what belongs to it may go with it
        kept.clear()
        return
    new, changed = {type(row) for row in session.new}, {type(row) for row in session.dirty}
    for key, (models, rows, _found) in list(kept.items()):
        if any(issubclass(each, models) for each in (new if rows else new | changed)):
            del kept[key]


@event.listens_for(Session, "do_orm_execute")
def _in_bulk(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_soft_rollback")
def _taken_back(session: Session, _transaction: Any) -> None:
    session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and not session.info.get(_GOES_ON):
        session.info.pop(_KEPT, None)
