"""The language of a candidate's pages: what they chose is kept with their invitation, in whatever browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from webapp.candidate.status import invitation_of_status_token
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.candidate_session import may_answer
from webapp.interviews.models import Interview, Invitation
from webapp.interviews.operations import invitation_of_token


def _invitation_at(place: Mapping[str, Any]) -> Invitation | None:
    """The invitation that an address is about, if this browser may see it; None elsewhere."""
    if token := str(place.get("token") or ""):
        return invitation_of_token(token) or invitation_of_status_token(token)
    if key := place.get("interview_id"):
        interview = db.session.get(Interview, str(key))
        return interview.invitation if interview is not None and may_answer(interview) else None
    return None


def _here() -> Invitation | None:
    return _invitation_at(request.view_args or {})


def chosen() -> str | None:
    """The language that the candidate of this page chose."""
    return row.chosen_language if (row := _here()) else None


def invited_in() -> str | None:
    """The language that they were invited in."""
    return row.language if (row := _here()) else None


@events.language_chosen.connect
def keep(_app: object, *, language: str, place: Mapping[str, Any]) -> None:
    """Keep what a candidate chose: their mail is in that language from now on, too."""
    if (row := _invitation_at(place)) is not None:
        row.chosen_language = language
        if row.interview is not None:
            row.interview.language = language
        db.session.flush()
