"""``./viva restore``, second step: what came after the backup must not come back with it. Commits as it goes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from ml.core.messages import N_
from webapp.accounts.models import User, UserSession
from webapp.applying.models import OpenLink
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.core.personal_data import Scope
from webapp.governance import erasure
from webapp.governance.models import Erasure, LegalHold
from webapp.interviews.models import Interview, Invitation
from webapp.messages import outbox
from webapp.messages.models import Message, State
from webapp.policy import Mode, Purpose
from webapp.practice import operations as practice
from webapp.sharing.models import Share

logger = logging.getLogger(__name__)

RESTORED = N_("A backup was restored: this may have been sent before. An admin says whether it goes out.")
TOLD = N_("This was told before the backup was restored.")
HOLD = "A hold that was set after the backup that was restored."


def settle(entries: Iterable[dict[str, Any]], since: datetime) -> dict[str, Any]:
    """Do again what ``entries`` of the journal of removals say from ``since`` on, hold unsent messages, end sessions.

    Counts, and under ``failed`` what could not be done: an id and why. That must be looked at before anybody is let in.
    """
    began = now()
    done: dict[str, int] = {}
    failed = []
    for entry in entries:
        if datetime.fromisoformat(entry["at"]) < since or entry["kind"] not in _AGAIN:
            continue
        try:
            if _AGAIN[entry["kind"]](entry):
                done[entry["kind"]] = done.get(entry["kind"], 0) + 1
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            logger.exception("%s could not be done again", entry["kind"])
            failed.append({"kind": entry["kind"], "id": entry.get("id"), "reason": str(error)})
    # What was just done again told people of it; they know.
    outbox.suppress_where(Message.created_at >= began, code="told_before", reason=TOLD)
    held = _hold_messages()
    ended = _count(sa.delete(UserSession))
    db.session.commit()
    return {"again": done, "failed": failed, "held_messages": held, "ended_sessions": ended}


def _hold_messages() -> int:
    """Keep whatever was not sent at the time of the backup until an admin says what goes out; how many."""
    query = (
        sa.update(Message)
        .where(Message.state.in_([State.WAITING, State.SENDING]))
        .values(state=State.HELD, reason_code="restored", reason=RESTORED, lease_owner=None, lease_until=None)
    )
    return _count(query)


def _count(query: sa.Delete | sa.Update) -> int:
    """Carry it out; how many rows it met."""
    return cast("sa.CursorResult[Any]", db.session.execute(query)).rowcount


def _erased(entry: dict[str, Any]) -> bool:
    row = db.session.get(Erasure, entry["id"])
    if row is None:
        by = db.session.get(User, entry["by"]) if entry.get("by") else None
        row = Erasure(
            id=entry["id"],
            ground=entry["ground"],
            scope=entry["scope"],
            kept_classes=entry["kept"],
            by_id=by.id if by else None,
            organisation_id=_whose(entry["scope"]) or (by.organisation_id if by else None),
            requested_at=datetime.fromisoformat(entry["at"]),
            due_at=datetime.fromisoformat(entry["at"]),
        )
        db.session.add(row)
        db.session.flush()
    # It was erased, so whatever held it had ended.
    _end_holds(entry["scope"].get("interviews", ()))
    erasure.carry_out(row)
    return True


def _whose(scope: dict[str, Any]) -> str | None:
    interviews, invitations, accounts = (
        tuple(scope.get(name, ())) for name in ("interviews", "invitations", "accounts")
    )
    return erasure.organisation_of(Scope(interviews, invitations, accounts))


def _consents(entry: dict[str, Any]) -> bool:
    interview = db.session.get(Interview, entry["id"])
    if interview is None:
        return False
    left = interview.consented & {Purpose(each) for each in entry["granted"]}
    return left != interview.consented and bool(candidate.record_consents(interview, left))


def _practice(entry: dict[str, Any]) -> bool:
    interview = db.session.get(Interview, entry["id"])
    if interview is None or interview.mode is not Mode.PRACTICE:
        return False
    practice.delete(interview)
    return True


def _close(model: type[Any], column: str) -> Callable[[dict[str, Any]], bool]:
    """Put the moment into a column that says when something ended."""

    def close(entry: dict[str, Any]) -> bool:
        row = db.session.get(model, entry["id"])
        if row is None or getattr(row, column) is not None:
            return False
        setattr(row, column, datetime.fromisoformat(entry["at"]))
        if isinstance(row, Share):
            row.code_hash = row.browser = None
        return True

    return close


def _deactivated(entry: dict[str, Any]) -> bool:
    user = db.session.get(User, entry["id"])
    if user is None or not user.active:
        return False
    user.active = False
    return True


def _reactivated(entry: dict[str, Any]) -> bool:
    user = db.session.get(User, entry["id"])
    if user is None or user.active:
        return False
    user.active = True
    user.lock_password()
    return True


def _held(entry: dict[str, Any]) -> bool:
    interview = db.session.get(Interview, entry["id"])
    if interview is None:
        return False
    by = interview.invitation.created_by_id if interview.invitation else None
    if by is None:
        return False
    db.session.add(
        LegalHold(interview_id=interview.id, reason=HOLD, by_id=by, since=datetime.fromisoformat(entry["at"]))
    )
    return True


def _hold_ended(entry: dict[str, Any]) -> bool:
    return _end_holds([entry["id"]])


def _end_holds(interviews: Iterable[str]) -> bool:
    query = sa.select(LegalHold).where(LegalHold.interview_id.in_(list(interviews)), LegalHold.ended_at.is_(None))
    rows = list(db.session.scalars(query))
    for row in rows:
        row.ended_at = now()
    db.session.flush()
    return bool(rows)


#: How what the journal knows is done again.
_AGAIN: dict[str, Callable[[dict[str, Any]], bool]] = {
    "erased": _erased,
    "consents": _consents,
    "practice deleted": _practice,
    "guest link revoked": _close(Share, "revoked_at"),
    "invitation revoked": _close(Invitation, "revoked_at"),
    "candidate withdrew": _close(Invitation, "withdrawn_at"),
    "open link closed": _close(OpenLink, "closed_at"),
    "deactivated": _deactivated,
    "reactivated": _reactivated,
    "held": _held,
    "hold ended": _hold_ended,
}
