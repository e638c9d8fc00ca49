"""A report as one JSON document, for a reviewer's own records. The same policy-filtered view as the page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.database import now
from webapp.reports.view import AnswerView, ReportView

NOTICE = (
    "Models describe expression and wording in recordings. They do not measure feelings, character or suitability, and "
    "there is no score. A person decides."
)


def to_json(report: ReportView) -> dict[str, Any]:
    """Everything on the report's page. Recordings are named by id and checksum, not included."""
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
            "job": interview.job
            and {"title": interview.job.title, "city": interview.job.city, "country": interview.job.country},
            "question_set": {"title": interview.question_set.title, "version": interview.question_set.version},
            "started_at": _moment(interview.started_at),
            "submitted_at": _moment(interview.submitted_at),
            "consents": sorted(purpose.value for purpose in interview.consented),
        },
        "answers": [_answer(answer) for answer in report.answers],
        "emotions": report.emotions,
        "traits": report.traits,
        "models": report.models,
        "built_at": _moment(report.built_at),
    }


def _answer(view: AnswerView) -> dict[str, Any]:
    recording = view.recording
    return {
        "position": view.question.position,
        "kind": view.question.kind.value,
        "question": view.question.prompt,
        "text": view.text,
        "recording": recording and {"id": recording.id, "seconds": recording.seconds, "sha256": recording.sha256},
        "analyses": {name: {**reading.to_json(), "reading": reading.result} for name, reading in view.readings.items()},
        "fused": view.fused,
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
