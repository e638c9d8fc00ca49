"""Steps that begin with one request and end with another. Nothing here commits, save where it says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import session

from webapp.accounts.factor_models import PendingStep
from webapp.accounts.models import User
from webapp.core.database import db, now

#: The step between the password and the session.
SECOND_STEP = "second step"
#: How long a person has for the second step, or at an identity provider's page.
LASTS = timedelta(minutes=10)


def begin(kind: str, user: User | None = None, **data: Any) -> PendingStep:
    """Begin one in this browser; an earlier one of its kind is forgotten."""
    forget(kind)
    row = PendingStep(kind=kind, user_id=user.id if user else None, data=data, ends_at=now() + LASTS)
    db.session.add(row)
    db.session.flush()
    session[_key(kind)] = row.id
    return row


def of(kind: str) -> PendingStep | None:
    """The one that this browser is at; None where there is none, or it took too long."""
    row = db.session.get(PendingStep, session.get(_key(kind), ""))
    return row if row is not None and row.kind == kind and now() < row.ends_at else None


def take(kind: str) -> PendingStep | None:
    """The same, and the last time: of two requests with the same one, only one gets it. Commits, so that this holds
    whatever becomes of the request."""
    row = of(kind)
    session.pop(_key(kind), None)
    if row is None:
        return None
    db.session.expunge(row)
    deleted = db.session.execute(sa.delete(PendingStep).where(PendingStep.id == row.id))
    db.session.commit()
    return row if cast("sa.CursorResult[Any]", deleted).rowcount else None


def forget(kind: str) -> None:
    """Forget the one that this browser is at."""
    if earlier := session.pop(_key(kind), None):
        db.session.execute(sa.delete(PendingStep).where(PendingStep.id == earlier))


def forget_old(moment: datetime | None = None) -> None:
    """Delete those that took too long. For the sweep."""
    db.session.execute(sa.delete(PendingStep).where(PendingStep.ends_at < (moment or now())))


def _key(kind: str) -> str:
    return f"step {kind}"
