"""A candidate asks that a person look again: a task with a clock, for another person. Nothing here commits."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import format_decimal
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.interviews import pipeline
from webapp.interviews.models import Interview
from webapp.reviews import decided
from webapp.reviews.models import Decision, DecisionState, ReviewRequest
from webapp.reviews.operations import ReviewError

#: How long the hiring side has to look again (Colorado SB 26-189: 30 days), and for how long a candidate may ask.
ANSWERED_WITHIN = timedelta(days=30)
ASKED_WITHIN = timedelta(days=90)
LONGEST_WORDS = 5_000  # characters


def ask(interview: Interview, words: str) -> ReviewRequest:
    """The candidate asks. The interview goes back into review, and the present decision stays until another counts.

    Asking again while a request is open changes nothing. Raises ReviewError where nothing was decided, where it was
    too long ago, or where the words are too many.
    """
    if (there := open_request(interview)) is not None:
        return there
    contested = _latest(interview)
    if contested is None or not may_ask(interview):
        raise ReviewError(_("There is no decision that could be looked at again."))
    if len(words) > LONGEST_WORDS:
        raise ReviewError(_("Please write at most %(count)s characters.", count=format_decimal(LONGEST_WORDS)))
    moment = now()
    row = ReviewRequest(
        interview=interview,
        decision=contested,
        words=words.strip(),
        asked_at=moment,
        due_at=moment + ANSWERED_WITHIN,
    )
    db.session.add(row)
    pipeline.reopen(interview)
    db.session.flush()
    record("review requested", interview=interview.id, decision=contested.id)
    events.send(events.review_requested, request_id=row.id)
    return row


def may_ask(interview: Interview) -> bool:
    """Whether there is a decision that the candidate can contest now."""
    contested = _latest(interview)
    if contested is None or open_request(interview) is not None:
        return False
    return (contested.final_at or contested.decided_at) > now() - ASKED_WITHIN


def open_request(interview: Interview) -> ReviewRequest | None:
    """The request that waits for an answer."""
    asked = (row for decision in decided.decisions(interview.id) for row in decision.requests)
    return next((row for row in asked if row.closed_at is None), None)


def requests_of(interview: Interview) -> list[ReviewRequest]:
    """Every request, the newest first."""
    query = sa.select(ReviewRequest).where(ReviewRequest.interview_id == interview.id)
    return list(db.session.scalars(query.order_by(ReviewRequest.asked_at.desc(), ReviewRequest.id)))


def answer(interview: Interview, decision: Decision) -> None:
    """Close the open request with the decision that was made since."""
    if (row := open_request(interview)) is not None:
        row.answered_by, row.closed_at = decision, now()


def people_of(decision: Decision) -> set[str]:
    """The ids of everybody who made a decision: its author and those who approved it."""
    return {decision.by_id, *(row.by_id for row in decision.approvals if row.approved)}


def check_another_person(interview: Interview, by: User) -> None:
    """Raises ReviewError where ``by`` made the decision that the candidate asks to have looked at again."""
    row = open_request(interview)
    if row is not None and by.id in people_of(row.decision):
        raise ReviewError(
            _("The candidate has asked for another look at a decision that you made. Another person has to decide.")
        )


def _latest(interview: Interview) -> Decision | None:
    query = sa.select(Decision).where(Decision.interview_id == interview.id, Decision.state == DecisionState.FINAL)
    return db.session.scalars(query.order_by(Decision.decided_at.desc(), Decision.id).limit(1)).first()
