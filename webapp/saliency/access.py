"""Access to one reading, for what is made of it when somebody asks: maps of a face, explanations of a voice."""

from __future__ import annotations

from flask import abort
from flask_limiter.util import get_remote_address
from flask_login import current_user

from webapp.analysis.models import Analysis
from webapp.analysis.visible import Reading, visible_readings
from webapp.core.database import db
from webapp.interviews.access import load_interview
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Modality
from webapp.reviews.access import may_see_readings


def caller() -> str:
    """Whose requests are counted: the account's or, where nobody has signed in, the address's."""
    return current_user.get_id() if current_user.is_authenticated else get_remote_address()


def reading_of(analysis_id: str, modality: Modality) -> tuple[Analysis, Reading]:
    """An analysis of ``modality`` and its reading, if the present user may see that reading now; 404 otherwise.

    The interview must be theirs to read and submitted, their own scorecard in (or not wanted), and policy must show the
    result (policy check 2).
    """
    analysis = analysis_of(analysis_id, modality)
    interview = load_interview(analysis.interview_id)
    if not may_see_readings(current_user._get_current_object(), interview):
        abort(404)
    return analysis, reading_in(interview, analysis)


def analysis_of(analysis_id: str, modality: Modality) -> Analysis:
    """An analysis of ``modality``, whoever may see it; 404 for any other id."""
    analysis = db.session.get(Analysis, analysis_id)
    return analysis if analysis is not None and analysis.modality is modality else abort(404)


def reading_in(interview: Interview, analysis: Analysis) -> Reading:
    """The reading of ``analysis`` for somebody who may open ``interview``; 404 where it is not of that interview, which
    must be submitted, and where policy does not show it."""
    if interview.state is not InterviewState.SUBMITTED:
        abort(404)
    visible = visible_readings(interview).get(analysis.answer_id, {}).get(analysis.modality)
    if visible is None or visible.result is None:
        abort(404)
    return visible.result
