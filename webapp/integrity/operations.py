"""Switching facts on, telling candidates, noting, and reading. Nothing here commits.

Facts are shown one by one beside the answer. There is no number of them anywhere to sort or to filter by.
"""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.once import asked_once
from webapp.core.security_log import record
from webapp.integrity import texts
from webapp.integrity.models import FactKind, IntegrityFact, IntegrityNotice, IntegritySetting
from webapp.interviews.answering import check_open
from webapp.interviews.models import Answer, Interview
from webapp.policy import Mode
from webapp.positions.models import Position

#: More than this of one answer says nothing more.
MOST = 50
#: Nothing that is noted is larger: a day in seconds, and a long text in characters.
LARGEST = 86_400


class FactError(ValueError):
    """This is no fact that can be noted."""


def is_on(position: Position | None) -> bool:
    """Whether facts are noted for a position."""
    return position is not None and _has_setting(position.id)


@asked_once(IntegritySetting)
def _has_setting(position_id: str) -> bool:
    return db.session.get(IntegritySetting, position_id) is not None


def switch(position: Position, on: bool, *, by: User) -> None:
    """Note facts of whoever is told from now on, or note no more."""
    row = db.session.get(IntegritySetting, position.id)
    if on and row is None:
        db.session.add(IntegritySetting(position_id=position.id, by_id=by.id))
    elif not on and row is not None:
        db.session.delete(row)
    else:
        return
    db.session.flush()
    record("integrity facts switched", position=position.id, on=on, by=by.id)


def tell(interview: Interview) -> None:
    """Note that the candidate was told, where facts are noted at all. The first time counts."""
    if interview.mode is not Mode.ASSESSMENT or not is_on(interview.position) or was_told(interview):
        return
    shown = texts.text(interview.organisation_id)
    db.session.add(
        IntegrityNotice(
            interview_id=interview.id,
            text_version=shown.version,
            text_language=shown.language,
            text_hash=shown.digest,
            text_binding=shown.binding,
        )
    )
    db.session.flush()


def was_told(interview: Interview) -> bool:
    """Whether the candidate was told before they answered."""
    return _was_told(interview.id)


@asked_once(IntegrityNotice)
def _was_told(interview_id: str) -> bool:
    return db.session.get(IntegrityNotice, interview_id) is not None


def notes(interview: Interview) -> bool:
    """Whether facts are noted of this interview now: the position asks for it and the candidate was told."""
    return is_on(interview.position) and was_told(interview)


def note(answer: Answer, kind: FactKind, amount: int) -> IntegrityFact | None:
    """Note a fact; None where facts are not noted here, or enough of this answer were.

    Raises FactError for an amount that cannot be, and AnsweringError once the interview is handed in.
    """
    if not 0 <= amount <= LARGEST:
        raise FactError(kind)
    if not notes(answer.interview):
        return None
    check_open(answer.interview)
    query = sa.select(sa.func.count()).select_from(IntegrityFact).where(IntegrityFact.answer_id == answer.id)
    if (db.session.scalar(query) or 0) >= MOST:
        return None
    row = IntegrityFact(answer_id=answer.id, kind=kind, amount=amount)
    db.session.add(row)
    db.session.flush()
    return row


def facts_of(answer: Answer | None) -> list[IntegrityFact]:
    """What was noted of an answer, in the order in which it happened; nothing where the position notes none now."""
    if answer is None or not notes(answer.interview):
        return []
    query = sa.select(IntegrityFact).where(IntegrityFact.answer_id == answer.id)
    return list(db.session.scalars(query.order_by(IntegrityFact.noted_at, IntegrityFact.id)))
