"""What transcripts do about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Interview
from webapp.transcripts import store


@events.consents_changed.connect
def forget(_app: object, *, interview_id: str) -> None:
    """Delete what a recogniser wrote, where the consent for that is gone."""
    if (interview := db.session.get(Interview, interview_id)) is not None:
        store.forget_machine_made(interview)
