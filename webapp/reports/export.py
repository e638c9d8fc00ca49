"""A report as one JSON document, for a reviewer's own records. The same policy-filtered view as the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ml.core.stored import strict
from webapp.core.database import now
from webapp.questions.guide import guide_of
from webapp.reports.view import AnswerView, ReportView
from webapp.reviews.access import Review
from webapp.reviews.formatting import ANCHORS
from webapp.transcripts import store as transcripts

NOTICE = (
    "Models describe expression and wording in recordings. They do not measure feelings, character or suitability, and "
    "there is no score. A person decides."
)


def to_json(report: ReportView, review: Review | None = None) -> dict[str, Any]:
    """Everything on the report's page. Recordings are named by id and checksum, not included.

    What people said of the interview comes before what models did.
    """
    interview = report.interview
    return {
        "format": "viva-report-1",
        "exported_at": _moment(now()),
        "notice": NOTICE,
        "interview": {
            "id": interview.id,
            "mode": interview.mode.value,
            "state": interview.state.value,
            "candidate": interview.candidate_name,
            "position": interview.position
            and {
                "title": interview.position.title,
                "city": interview.position.city,
                "country": interview.position.country,
            },
            "question_set": {"title": interview.question_set.title, "version": interview.question_set.version},
            "started_at": _moment(interview.started_at),
            "submitted_at": _moment(interview.submitted_at),
            "consents": sorted(purpose.value for purpose in interview.consented),
        },
        "people": review and _people(review),
        "readings_hidden": not report.machine,
        "answers": [_answer(answer) for answer in report.answers],
        "raters": strict(report.raters),
        "emotions": strict(report.emotions),
        "traits": strict(report.traits),
        "models": strict(report.models),
        "built_at": _moment(report.built_at),
    }


def _answer(view: AnswerView) -> dict[str, Any]:
    recording = view.recording
    return {
        "position": view.question.position,
        "kind": view.question.kind.value,
        "question": view.question.prompt,
        "text": view.text,
        "transcript": transcripts.to_json(row) if (row := transcripts.visible(view.answer)) else None,
        "recording_withdrawn_at": _moment(view.withdrawn_at),
        "recording": recording and {"id": recording.id, "seconds": recording.seconds, "sha256": recording.sha256},
        "analyses": {
            name: {**reading.to_json(), "reading": strict(reading.result)} for name, reading in view.readings.items()
        },
        "fused": strict(view.fused),
        "content": strict(view.content),
    }


def _people(review: Review) -> dict[str, Any]:
    """Scorecards, decisions and verdicts, with names and moments."""
    questions = {rating.question for card in review.scorecards for rating in card.ratings}
    names = {(each.id, one.key): one.name for each in questions if each.guide for one in guide_of(each).competencies}
    return {
        "skipped_scorecard": review.skipped,
        "scale": ANCHORS,
        "scorecards": [
            {
                "reviewer": card.reviewer.name,
                "version": card.version,
                "submitted_at": _moment(card.closed_at),
                "after_readings": card.after_readings,
                "summary": card.summary,
                "ratings": [
                    {
                        "question": rating.question.position,
                        "competency": names.get((rating.question_id, rating.competency)),
                        "score": rating.score,
                        "note": rating.note,
                    }
                    for rating in sorted(card.ratings, key=lambda each: (each.question.position, each.competency))
                ],
            }
            for card in review.scorecards
        ],
        "decisions": [
            {
                "outcome": row.outcome.value,
                "reason": row.reason,
                "by": row.by.name,
                "decided_at": _moment(row.decided_at),
            }
            for row in review.decisions
        ],
        "points": [
            {
                "answer": row.answer.question.position,
                "point": row.point,
                "verdict": row.verdict.value,
                "found_by_machine": row.was_found,
                "by": row.by.name,
                "given_at": _moment(row.given_at),
            }
            for rows in review.verdicts.values()
            for row in rows
        ],
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
