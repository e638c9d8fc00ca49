"""What is kept for a time, and goes when it is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from webapp.core.database import db, now
from webapp.core.personal_data import Kept
from webapp.governance import erasure
from webapp.governance.models import AuditAddress
from webapp.governance.retention import all_rules, clock, fewest_days, is_held
from webapp.interviews.models import Interview

#: How long it is kept from where an entry of the audit log came.
ADDRESSES = timedelta(days=90)
#: How often retention is looked at, and how many interviews are erased at once.
EVERY, AT_ONCE = timedelta(hours=1), 20
#: How many interviews, the oldest first, the page of clocks looks at.
LOOKED_AT = 300


def sweep() -> int:
    """Delete what is too old. Sends no message."""
    _addresses()
    if _is_time():
        erase_due()
        erase_again()
    return 0


def _is_time() -> bool:
    """Whether an hour has passed since retention was looked at last; whoever asks first does it."""
    path = Path(current_app.config["HOME"]) / "retention_swept"
    try:
        if now().timestamp() - path.stat().st_mtime < EVERY.total_seconds():
            return False
    except FileNotFoundError:
        pass
    path.touch()
    return True


def erase_due() -> int:
    """Erase what its clock says, unless it is held; how much was. Commits after each."""
    done, known = 0, all_rules()
    days = fewest_days(known)
    if days is None:
        return 0
    began = sa.func.coalesce(Interview.submitted_at, Interview.started_at)
    old = sa.select(Interview).where(began <= now() - timedelta(days=days)).order_by(Interview.started_at)
    for interview in db.session.scalars(old).all():
        due = [kept for kept in Kept if (at := clock(interview, kept, known).due) is not None and at <= now()]
        if not due or is_held(interview.id):
            continue
        scope = erasure.scope_of_interview(interview.id)
        if erasure.plan(scope, due).tables:
            erasure.request_erasure(scope, by=None, ground="retention", kept=due)
            db.session.commit()
            done, known = done + 1, all_rules()
        if done == AT_ONCE:
            break
    return done


def due_counts(organisation_id: str, days: int = 30) -> dict[Kept, int]:
    """Of how many interviews each class is due to go within so many days, holds left out: a dry run of the clocks."""
    until = now() + timedelta(days=days)
    counts = dict.fromkeys(Kept, 0)
    query = sa.select(Interview).where(Interview.organisation_id == organisation_id)
    for interview in db.session.scalars(query.order_by(Interview.started_at).limit(LOOKED_AT)):
        if is_held(interview.id):
            continue
        for kept in Kept:
            at = clock(interview, kept).due
            if at is not None and at <= until and erasure.has_any(interview, kept):
                counts[kept] += 1
    return counts


def erase_again() -> int:
    """Erase what came back with a backup; how much did. Commits after each."""
    done = 0
    known = erasure.remembered()
    back = db.session.scalars(sa.select(Interview.id).where(Interview.id.in_(known))).all() if known else ()
    for interview_id in back:
        scope = erasure.scope_of_interview(interview_id)
        if not is_held(interview_id) and erasure.plan(scope).tables:
            erasure.request_erasure(scope, by=None, ground="request")
            db.session.commit()
            done += 1
    return done


def _addresses() -> None:
    with db.engine.connect() as connection:
        old = connection.execute(
            sa.select(AuditAddress.number).where(AuditAddress.at < now() - ADDRESSES).limit(1)
        ).first()
    if old is not None:
        with db.engine.begin() as connection:
            connection.execute(sa.delete(AuditAddress).where(AuditAddress.at < now() - ADDRESSES))
