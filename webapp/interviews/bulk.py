"""The same thing done to several candidates at once: each by the rules of one, and each that cannot says why."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.interviews import operations, pipeline
from webapp.interviews.access import has_right
from webapp.interviews.models import Invitation
from webapp.interviews.operations import InvitationError
from webapp.interviews.pipeline import PipelineError
from webapp.organisations.access import Right
from webapp.positions.models import ReviewState, Stage

#: So many at once.
MOST = 200
#: By how many days deadlines can be extended at once.
DAYS = (3, 7, 14, 30)


@dataclass
class Result:
    """How many were changed, and by candidate's name why others were not."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def chosen(user: User, ids: Collection[str]) -> list[Invitation]:
    """The invitations of ``ids`` that ``user`` may see, by name; at most MOST."""
    query = operations.invitations_of(user).where(Invitation.id.in_(list(ids)[:MOST]))
    return list(db.session.scalars(query.order_by(sa.func.lower(Invitation.name), Invitation.id)))


def move(rows: Collection[Invitation], to: str, *, by: User) -> Result:
    """Move candidates to a state of review, or to the stage of their position with the id ``to``."""
    stage = db.session.get(Stage, to) if to not in set(ReviewState) else None
    target = ReviewState(to) if to in set(ReviewState) else stage

    def one(row: Invitation) -> None:
        if target is None:
            raise PipelineError(_("Choose where to move them."))
        if row.interview is None:
            raise PipelineError(_("The candidate has not submitted this interview yet."))
        pipeline.move(row.interview, target, by=by)

    return _each(rows, Right.DECIDE, one, by=by)


def extend(rows: Collection[Invitation], days: int, *, by: User) -> Result:
    """Give candidates so many more days, from their deadline, or from now where that has passed."""

    def one(row: Invitation) -> None:
        operations.extend(row, max(row.deadline, now()) + timedelta(days=days), by=by)

    return _each(rows, Right.MANAGE, one, by=by)


def revoke(rows: Collection[Invitation], *, by: User) -> Result:
    """Close the links of candidates who have not submitted."""
    return _each(rows, Right.MANAGE, lambda row: operations.revoke(row, by=by), by=by)


def _each(rows: Collection[Invitation], right: Right, one: Callable[[Invitation], None], *, by: User) -> Result:
    result = Result()
    for row in rows:
        try:
            if not has_right(by, row, right):
                raise PipelineError(_("Your role in this team does not allow that."))
            one(row)
        except (PipelineError, InvitationError) as refused:
            result.refused.append((row.name, str(refused)))
        else:
            result.done += 1
    return result
