"""Rows that are only ever added: the rule is held where rows are written, whoever writes them.

They go only together with what they belong to (a practice interview that its candidate deletes), or by a statement that
erases and says so: ``execution_options(erasing=True)``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from webapp.core.database import Model

#: model → the relationship to what its rows belong to.
_GUARDED: dict[type[Model], str] = {}


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or remove a row that stays as it is."""

    def __init__(self, model: type[Any]) -> None:
        super().__init__(f"Rows of {model.__name__} are only added, never changed.")


def guard(model: type[Model], owner: str) -> None:
    """From now on rows of ``model`` are only added; they go with what the relationship ``owner`` leads to."""
    _GUARDED[model] = owner
    if not event.contains(Session, "before_flush", _guard_flush):
        event.listen(Session, "before_flush", _guard_flush)
        event.listen(Session, "do_orm_execute", _guard_statement)


def _guard_statement(state: ORMExecuteState) -> None:
    target = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if target in _GUARDED and (state.is_update or (state.is_delete and not state.execution_options.get("erasing"))):
        raise AppendOnlyError(target)


def _guard_flush(session: Session, _context: object, _instances: object) -> None:
    for row in session.dirty:
        if type(row) in _GUARDED and session.is_modified(row):
            raise AppendOnlyError(type(row))
    for row in session.deleted:
        if type(row) in _GUARDED and not _goes_with_its_owner(session, row):
            raise AppendOnlyError(type(row))


def _goes_with_its_owner(session: Session, row: Any) -> bool:
    """Whether what a row belongs to is deleted in this very flush."""
    history = sa.inspect(row).attrs[_GUARDED[type(row)]].load_history()
    owners = [each for each in (*(history.unchanged or ()), *(history.deleted or ())) if each is not None]
    return bool(owners) and all(each in session.deleted for each in owners)
