"""A published question set stays what it was: the rule is held where rows are written, whoever writes them.

``operations`` asks politely first; these listeners are for every other road, today's and tomorrow's.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from webapp.questions.models import Question, QuestionSet, SetState

#: All that may still happen to a set that is no draft.
_ARCHIVING = {"state", "archived_at"}
_COLUMNS = tuple(QuestionSet.__table__.columns.keys())


class ImmutableError(RuntimeError):
    """Somebody tried to change a question set that has been published; the message is for a person."""

    def __init__(self) -> None:
        super().__init__(_("This version is published and cannot be changed. Create a new version to make changes."))


def install() -> None:
    """Start listening; once is enough for all sessions."""
    if not event.contains(Session, "before_flush", _guard_flush):
        event.listen(Session, "before_flush", _guard_flush)
        event.listen(Session, "do_orm_execute", _guard_bulk)


def _guard_bulk(state: ORMExecuteState) -> None:
    """UPDATE and DELETE statements pass no flush, so they are refused for these two tables."""
    target = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if (state.is_update or state.is_delete) and target in (Question, QuestionSet):
        raise ImmutableError


def _guard_flush(session: Session, _context: object, _instances: object) -> None:
    touched: set[str] = set()
    new = session.new
    for row in (*new, *session.dirty, *session.deleted):
        if isinstance(row, Question):
            touched |= _sets_of(row, new)
        elif isinstance(row, QuestionSet) and row not in new:
            changed = {name for name in _COLUMNS if _changed(row, name)}
            if row in session.deleted or (changed and not _is_archiving(row, changed)):
                touched.add(row.id)
    for set_id in sorted(touched):
        _hold_draft(session, set_id)


def _changed(row: object, name: str) -> bool:
    return sa.inspect(row).attrs[name].history.has_changes()


def _is_archiving(row: QuestionSet, changed: set[str]) -> bool:
    return row.state is SetState.ARCHIVED and changed <= _ARCHIVING


def _sets_of(question: Question, new: Collection[object]) -> set[str]:
    """The ids of the stored sets that a question belongs to and belonged to."""
    row = sa.inspect(question)
    session = row.session
    if row.persistent and session and not (question in session.deleted or session.is_modified(question)):
        return set()
    attributes = row.attrs
    ids = {question.question_set_id, *(attributes.question_set_id.history.deleted or ())}
    for parent in (question.question_set, *(attributes.question_set.history.deleted or ())):
        if parent is not None:
            ids.discard(parent.id)
            if parent not in new:
                ids.add(parent.id)
    return {set_id for set_id in ids if set_id}


def _hold_draft(session: Session, set_id: str) -> None:
    """Take the set's row for this transaction if it is a draft now, whatever this session remembers of it."""
    table = cast(sa.Table, QuestionSet.__table__)
    held = session.connection().execute(
        sa.update(table).where(table.c.id == set_id, table.c.state == SetState.DRAFT).values(state=SetState.DRAFT)
    )
    if held.rowcount != 1:
        raise ImmutableError
