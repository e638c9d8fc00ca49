"""What was known when somebody decided, and by which versions: kept with the decision, whatever changes later."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.visible import visible_readings
from webapp.core.database import db, now
from webapp.interviews.models import Answer, Interview
from webapp.reviews import operations
from webapp.reviews.models import Scorecard
from webapp.reviews.openings import openings_of

#: Of the record's own shape.
VERSION = 1


def record_of(interview: Interview, by: User) -> dict[str, Any]:
    """What is known of ``interview`` at this moment to ``by``, who decides: ids, versions and moments, no names."""
    opened: dict[str, dict[str, str]] = {}
    for row in openings_of(interview):
        opened.setdefault(row.answer_id, {})[row.user_id] = row.opened_at.isoformat()
    questions = interview.question_set
    return {
        "version": VERSION,
        "at": now().isoformat(),
        "by": by.id,
        "question_set": {"id": questions.id, "title": questions.title, "version": questions.version},
        "country": interview.country,
        "consents": _consents(interview),
        "answers": [_answer(answer, opened.get(answer.id, {})) for answer in _in_order(interview)],
        "scorecards": [_scorecard(card) for card in operations.submitted(interview)],
        "analyses": _analyses(interview, by),
    }


def _in_order(interview: Interview) -> list[Answer]:
    place = {question.id: question.position for question in interview.questions}
    return sorted(interview.answers, key=lambda answer: place[answer.question_id])


def _consents(interview: Interview) -> dict[str, Any]:
    """By purpose the candidate's latest word, with its wording."""
    return {
        consent.purpose.value: {
            "granted": consent.granted,
            "text_version": consent.text_version,
            "text_language": consent.text_language,
            "decided_at": consent.decided_at.isoformat(),
        }
        for consent in interview.consents
    }


def _answer(answer: Answer, opened: dict[str, str]) -> dict[str, Any]:
    take = answer.kept_take
    return {
        "id": answer.id,
        "question": answer.question.position,
        "recording_sha256": take.recording.sha256 if take and take.recording else None,
        "written": answer.written is not None,
        "withdrawn": answer.withdrawn_at is not None,
        "opened": opened,
    }


def _scorecard(card: Scorecard) -> dict[str, Any]:
    places = {rating.question_id: rating.question.position for rating in card.ratings}
    return {
        "id": card.id,
        "by": card.reviewer_id,
        "version": card.version,
        "submitted_at": card.closed_at.isoformat() if card.closed_at else None,
        "after_readings": card.after_readings,
        "scores": {str(places[rating.question_id]): rating.score for rating in card.ratings},
    }


def _analyses(interview: Interview, by: User) -> dict[str, Any]:
    """What models had read and might be shown, and whether the one who decides scored before seeing any of it."""
    shown = {
        reading.analysis_id
        for readings in visible_readings(interview).values()
        for reading in readings.values()
        if reading.result is not None
    }
    rows = db.session.scalars(
        sa.select(Analysis)
        .where(Analysis.interview_id == interview.id, Analysis.state == AnalysisState.DONE)
        .order_by(Analysis.answer_id, Analysis.modality)
    )
    own = operations.latest(interview, by)
    return {
        "scored_before_seeing": own is not None and not own.after_readings,
        "readings": [
            {
                "answer": row.answer_id,
                "modality": row.modality.value,
                "model": row.model_name,
                "model_version": row.model_version,
                "model_sha256": row.model_sha256,
            }
            for row in rows
            if row.id in shown
        ],
    }
