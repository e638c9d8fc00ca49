"""What can be done with reports: build one. Nothing here commits."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa

from ml.core.readings import FusedReading
from webapp.analysis.completion import is_finished
from webapp.analysis.models import Analysis
from webapp.analysis.visible import VisibleReading, visible_readings
from webapp.core.database import db, now
from webapp.interviews.models import Interview
from webapp.policy import Modality
from webapp.reports import content, summary
from webapp.reports.fusion import fuse
from webapp.reports.models import Report

logger = logging.getLogger(__name__)


def report_of(interview: Interview) -> Report | None:
    """The built report, fresh from the database."""
    query = sa.select(Report).where(Report.interview_id == interview.id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def has_nothing_left() -> sa.ColumnElement[bool]:
    """The condition on a submitted interview's row that nothing is left to build its report of: submitting queues
    analyses in the same transaction, so there are none only where they have been erased."""
    # One at most is asked for, so that the database looks it up by its index.
    analysis = sa.select(Analysis.interview_id).where(Analysis.interview_id == Interview.id).limit(1)
    return analysis.correlate(Interview).scalar_subquery().is_(None)


def build(interview_id: str) -> Report | None:
    """Fuse the readings of each answer and sum up the interview, once all its analyses have finished.

    Idempotent: building again replaces what was built. None where the interview is gone or unfinished.
    """
    interview = db.session.get(Interview, interview_id)
    if interview is None or not is_finished(interview.id):
        return None
    readings = visible_readings(interview)
    body = {
        **_body(readings),
        "content": content.contents(interview),
        "raters": content.raters(interview, readings),
    }
    report = report_of(interview)
    if report is None:
        report = Report(interview=interview, body=body)
        try:
            with db.session.begin_nested():
                db.session.add(report)
        except sa.exc.IntegrityError:  # another worker built it in the meantime, of the same readings
            return report_of(interview)
    report.body, report.built_at = body, now()
    db.session.flush()
    return report


def _body(readings: dict[str, dict[Modality, VisibleReading]]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    emotions: list[tuple[summary.Estimates, float]] = []
    used: set[str] = set()
    traits: list[tuple[summary.Estimates, float]] = []
    for answer_id, by_modality in readings.items():
        results: dict[str, Any] = {
            modality.value: reading.result for modality, reading in by_modality.items() if reading.result
        }
        sides = [name for name in ("face", "speech") if name in results]
        fused = _fused(answer_id, results)
        if fused:
            answers[answer_id] = {"fused": fused.to_json(), "modalities": sides}
            seconds = max(results[name].seconds for name in sides)
            if fused.distribution and seconds * fused.coverage > 0:
                emotions.append((fused.distribution, seconds * fused.coverage))
                used.update(sides)
        if text := results.get("text"):
            words = text.statistics.get("words", 0) * text.coverage
            if text.traits and words > 0:
                traits.append((text.traits, words))
    return {
        "answers": answers,
        "emotions": summary.EmotionSummary(
            summary.emotions(emotions), len(emotions), sum(weight for _, weight in emotions), sorted(used)
        ).to_json(),
        "traits": summary.TraitSummary(
            summary.traits(traits),
            len(traits),
            round(sum(weight for _, weight in traits)),
            ["text"] if traits else [],
        ).to_json(),
    }


def _fused(answer_id: str, results: dict[str, Any]) -> FusedReading | None:
    """The fusion of one answer; where it cannot be made the report shows face and voice side by side without it."""
    try:
        return fuse(results.get("face"), results.get("speech"))
    except Exception:
        logger.exception("Face and voice of answer %s could not be combined", answer_id)
        return None
