"""What counts as an event of an interview (webapp/core/events.py), and who hears that an endpoint does not answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db
from webapp.integrations.models import Endpoint, EventType
from webapp.integrations.operations import interview_of, note
from webapp.interviews.models import Interview
from webapp.messages import writing
from webapp.messages.models import Channel, Message
from webapp.policy import Mode
from webapp.reviews.models import Decision


def _note(kind: EventType, cause: str, interview_id: str, **data: Any) -> None:
    """Note it of an assessment; what somebody practises is nobody's business."""
    interview = db.session.get(Interview, interview_id)
    if interview is not None and interview.mode is Mode.ASSESSMENT and interview.invitation_id is not None:
        note(kind, cause, interview.invitation_id, interview.id, **data)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@events.interview_invited.connect
def invited(_app: object, *, invitation_id: str) -> None:
    """Somebody was invited."""
    note(EventType.INVITED, f"invited:{invitation_id}", invitation_id)


@events.interview_started.connect
def started(_app: object, *, interview_id: str) -> None:
    """A candidate has begun."""
    _note(EventType.STARTED, f"started:{interview_id}", interview_id)


@events.interview_submitted.connect
def submitted(_app: object, *, interview_id: str) -> None:
    """A candidate has handed in."""
    interview = db.session.get(Interview, interview_id)
    if interview is None or interview.submitted_at is None:
        return
    at = _iso(interview.submitted_at)
    _note(EventType.SUBMITTED, f"submitted:{interview_id}", interview_id, submitted_at=at)


@events.analyses_finished.connect
def analysed(_app: object, *, interview_id: str) -> None:
    """Nothing is left to analyse; said once, and never what was read. Where nothing is analysed at all, this is said
    within the submission, which comes first all the same."""
    submitted(_app, interview_id=interview_id)
    _note(EventType.ANALYSED, f"analysed:{interview_id}", interview_id)


@events.scorecard_submitted.connect
def reviewed(_app: object, *, interview_id: str, scorecard_id: str) -> None:
    """A reviewer has submitted a scorecard; its scores stay here."""
    _note(EventType.REVIEWED, f"reviewed:{scorecard_id}", interview_id, scorecard_id=scorecard_id)


@events.decision_made.connect
def decided(_app: object, *, interview_id: str, decision_id: str) -> None:
    """A person has decided; why stays here."""
    decision = db.session.get_one(Decision, decision_id)
    _note(
        EventType.DECIDED, f"decided:{decision_id}", interview_id, decision_id=decision_id,
        outcome=decision.outcome.value, decided_at=_iso(decision.decided_at),
    )  # fmt: skip


@events.candidate_withdrew.connect
def withdrew(_app: object, *, invitation_id: str) -> None:
    """A candidate has withdrawn."""
    note(EventType.WITHDRAWN, f"withdrawn:{invitation_id}", invitation_id, interview_of(invitation_id))


@events.interview_erased.connect
def erased(_app: object, *, invitation_id: str, interview_id: str | None) -> None:
    """What was held about a candidate has been erased."""
    note(EventType.ERASED, f"erased:{invitation_id}", invitation_id, interview_id)


@events.message_failed.connect
def tell_admins(_app: object, *, message_id: str) -> None:
    """Tell admins, inside of Viva, that an endpoint has taken nothing for two days; once a day and endpoint."""
    message = db.session.get(Message, message_id)
    endpoint = db.session.get(Endpoint, message.recipient) if message and message.channel is Channel.WEBHOOK else None
    if message is None or endpoint is None:
        return
    mine = sa.select(User).where(User.role == Role.ADMIN, User.active, User.organisation_id == endpoint.organisation_id)
    admins = db.session.scalars(mine).all()
    for admin in admins:
        writing.inside(
            admin, "webhook_failed", f"hook-failed:{endpoint.id}:{message.created_at:%Y-%m-%d}:{admin.id}",
            facts={"file": endpoint.title, "reason": message.reason or "", "path": f"/webhooks/{endpoint.id}"},
        )  # fmt: skip
