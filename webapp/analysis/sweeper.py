"""Finds what nobody holds: analyses whose worker died, messages that were lost, reports that were never built.

Brokers may lose messages (the embedded one does, when a whole worker is killed); the rows do not get lost.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib import import_module

import sqlalchemy as sa
from flask import current_app

from ml.core.messages import N_
from webapp.analysis import leases
from webapp.analysis.models import FINISHED, Analysis, AnalysisState
from webapp.core import storage
from webapp.core.database import db, now
from webapp.interviews.models import Answer, Interview, InterviewState, Take

logger = logging.getLogger(__name__)

#: A message is sent again after at most so long: a full queue must not fill up with copies.
LONGEST_WAIT = timedelta(minutes=2)


def sweep() -> int:
    """Queue again what nobody holds; how many messages were sent. Any number of sweeps may run at once."""
    sent = _give_up() + _take_back() + _send_again() + _queue_late_recordings() + _build_missing_reports()
    requeue = getattr(import_module("webapp.recordings.operations"), "requeue_pending", None)
    if requeue is not None:
        requeue()
        db.session.commit()
    _forget_maps()
    return sent


def _forget_maps() -> None:
    """Pictures made from a reading (webapp/moments) go with it, whichever way it went."""
    owners = storage.owners_of("maps")
    if not owners:
        return
    with db.engine.connect() as connection:
        there = set(
            connection.scalars(
                sa.select(Analysis.id).where(Analysis.id.in_(owners), Analysis.state == AnalysisState.DONE)
            )
        )
    for owner in owners - there:
        storage.delete_of("maps", owner)


def _rows(*where: sa.ColumnElement[bool]) -> list[sa.Row]:
    columns = (Analysis.id, Analysis.interview_id, Analysis.lease_owner, Analysis.created_at)
    with db.engine.connect() as connection:
        return list(connection.execute(sa.select(*columns).where(*where)))


def _change(analysis_id: str, *where: sa.ColumnElement[bool], **values: object) -> bool:
    with db.engine.begin() as connection:
        update = sa.update(Analysis).where(Analysis.id == analysis_id, *where).values(**values)
        return connection.execute(update).rowcount == 1


def _send(task: str, argument: str) -> int:
    current_app.extensions["celery"].tasks[task].delay(argument)
    return 1


def _give_up() -> int:
    """What has taken its worker down too often fails: it must not take down every worker for ever."""
    dead = (
        Analysis.state == AnalysisState.RUNNING,
        Analysis.lease_until < now(),
        Analysis.attempts >= current_app.config["MAX_ATTEMPTS"],
    )
    sent = 0
    for row in _rows(*dead):
        reason = N_(
            "The worker stopped each time it analysed this answer. Try again. If it keeps failing, tell "
            "your administrator: the worker may need more memory, and its log says more under %(id)s."
        ) % {"id": row.id}
        if _change(
            row.id,
            *dead,
            state=AnalysisState.FAILED,
            reason_code="worker_lost",
            reason=reason,
            finished_at=now(),
            **leases.FREE,
        ):
            logger.error("Analysis %s has lost its worker too often and counts as failed", row.id)
            sent += _send("reports.build", row.interview_id)  # which waits until the others are finished
    return sent


def _take_back() -> int:
    """Leases that ran out: the worker died or the machine stood still."""
    dead = (Analysis.state == AnalysisState.RUNNING, Analysis.lease_until < now())
    sent = 0
    for row in _rows(*dead):
        # The owner is part of the condition: a worker that took it over in between keeps it.
        if _change(
            row.id,
            *dead,
            Analysis.lease_owner == row.lease_owner,
            state=AnalysisState.QUEUED,
            progress=0.0,
            lease_owner=None,
            lease_until=now() + leases.lease(),
        ):
            logger.warning("Analysis %s lost its worker and is queued again", row.id)
            sent += _send("analysis.run", row.id)
    return sent


def _send_again() -> int:
    """Queued rows whose message has not led to anything for a while."""
    waiting = (
        Analysis.state == AnalysisState.QUEUED,
        sa.or_(Analysis.lease_until.is_(None), Analysis.lease_until < now()),
    )
    sent = 0
    for row in _rows(*waiting):
        wait = min(max(leases.lease(), now() - row.created_at), LONGEST_WAIT)
        if _change(row.id, *waiting, lease_until=now() + wait):
            sent += _send("analysis.run", row.id)
    return sent


def _queue_late_recordings() -> int:
    """Answers whose recording was verified only after the interview had been submitted."""
    from webapp.analysis.operations import queue_interview
    from webapp.recordings.models import Recording, RecordingState

    late = (
        sa.select(Interview)
        .join(Analysis, Analysis.interview_id == Interview.id)
        .join(Answer, Answer.id == Analysis.answer_id)
        .join(Take, Take.answer_id == Answer.id)
        .join(Recording, Recording.take_id == Take.id)
        .where(
            Analysis.reason_code == "no_recording",
            Recording.state == RecordingState.READY,
            Interview.state == InterviewState.SUBMITTED,
        )
        .distinct()
    )
    found = db.session.scalars(late).all()
    for interview in found:
        queue_interview(interview)
    db.session.commit()
    return len(found)


def _build_missing_reports() -> int:
    """Interviews whose analyses have all finished and whose report is missing or older than the last of them."""
    reports = db.metadata.tables["reports"]
    unfinished = sa.func.sum(sa.case((Analysis.state.in_(FINISHED), 0), else_=1))
    query = (
        sa.select(Analysis.interview_id)
        .join(reports, reports.c.interview_id == Analysis.interview_id, isouter=True)
        .group_by(Analysis.interview_id, reports.c.built_at)
        .having(
            unfinished == 0,
            sa.or_(reports.c.built_at.is_(None), reports.c.built_at < sa.func.max(Analysis.finished_at)),
        )
    )
    with db.engine.connect() as connection:
        missing = connection.scalars(query).all()
    return sum(_send("reports.build", interview_id) for interview_id in missing)
