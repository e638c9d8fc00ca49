"""What orders hear of interviews (webapp/core/events.py)."""

from __future__ import annotations

from webapp.ats.forms_of import Status
from webapp.ats.orders import tell
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Interview


def _tell(interview_id: str, status: Status) -> None:
    interview = db.session.get(Interview, interview_id)
    if interview is not None and interview.invitation_id is not None:
        tell(interview.invitation_id, status)


@events.interview_started.connect
def started(_app: object, *, interview_id: str) -> None:
    """A candidate has begun."""
    _tell(interview_id, Status.STARTED)


@events.interview_submitted.connect
def submitted(_app: object, *, interview_id: str) -> None:
    """A candidate has handed in: for the ATS, the assessment is complete. People review it in Viva."""
    _tell(interview_id, Status.SUBMITTED)


@events.candidate_withdrew.connect
@events.invitation_revoked.connect
def closed(_app: object, *, invitation_id: str) -> None:
    """Nothing more is to be expected."""
    tell(invitation_id, Status.CANCELLED)
