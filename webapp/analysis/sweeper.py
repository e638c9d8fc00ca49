"""Finds analyses that nobody holds: their worker died, their message was lost, their recording came late.

Brokers may lose messages (the embedded one does, when a whole worker is killed); the rows do not get lost.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import chain

import sqlalchemy as sa
from flask import current_app

from ml.core.messages import N_
from webapp.analysis import leases, tasks
from webapp.analysis.completion import announce_if_finished
from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.operations import queue_interview
from webapp.core.database import db, now
from webapp.core.turns import SENT_AT_ONCE
from webapp.interviews.models import Answer, Interview, InterviewState, Take
from webapp.recordings.models import Recording, RecordingState

logger = logging.getLogger(__name__)

#: A worker that has not been heard of for so much longer than its lease is gone, and not merely slow on a busy machine.
GONE = timedelta(minutes=5)
#: A message is sent again after at most so long: a full queue must not fill up with copies.
LONGEST_WAIT = timedelta(minutes=2)
#: How often an analysis that waits for a day to come is decided anew.
ASKED_AGAIN = timedelta(hours=1)


def sweep() -> int:
    """Queue again what nobody holds; how many messages were sent. Any number of sweeps may run at once."""
    return _give_up() + _take_back() + _send_again() + _queue_late_recordings() + _queue_what_waited()


def _rows(*where: sa.ColumnElement[bool], at_most: int | None = None) -> list[sa.Row]:
    columns = (Analysis.id, Analysis.interview_id, Analysis.lease_owner, Analysis.created_at, Analysis.modality)
    query = sa.select(*columns).where(*where).order_by(Analysis.lease_until).limit(at_most)
    with db.engine.connect() as connection:
        return list(connection.execute(query))


def _change(analysis_id: str, *where: sa.ColumnElement[bool], **values: object) -> bool:
    with db.engine.begin() as connection:
        update = sa.update(Analysis).where(Analysis.id == analysis_id, *where).values(**values)
        return connection.execute(update).rowcount == 1


def _send(row: sa.Row) -> int:
    tasks.announce(row.id, row.modality)
    return 1


def _give_up() -> int:
    """What has taken its worker down too often fails: it must not take down every worker for ever."""
    dead = (
        Analysis.state == AnalysisState.RUNNING,
        Analysis.lease_until < now() - GONE,
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
            announce_if_finished(row.interview_id)
            db.session.commit()
            sent += 1
    return sent


def _take_back() -> int:
    """Leases that ran out: the worker died or the machine stood still."""
    dead = (
        Analysis.state == AnalysisState.RUNNING,
        Analysis.lease_until < now(),
        Analysis.attempts < current_app.config["MAX_ATTEMPTS"],
    )
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
            lease_until=now() + leases.term(),
        ):
            logger.warning("Analysis %s lost its worker and is queued again", row.id)
            sent += _send(row)
    return sent


def _send_again() -> int:
    """Queued rows whose message has not led to anything for a while."""
    waiting = (
        Analysis.state == AnalysisState.QUEUED,
        sa.or_(Analysis.lease_until.is_(None), Analysis.lease_until < now()),
    )
    sent = 0
    # Of each line so many: thousands of one keep nobody of the other from being announced.
    for row in chain.from_iterable(_rows(*waiting, line.only, at_most=SENT_AT_ONCE) for line in leases.LINES):
        wait = min(max(leases.term(), now() - row.created_at), LONGEST_WAIT)
        if _change(row.id, *waiting, lease_owner=None, lease_until=now() + wait):
            sent += _send(row)
    return sent


def _interviews(ids: sa.Select[str]) -> list[Interview]:
    """Each of them once. By their ids: PostgreSQL cannot say whether two rows with JSON are alike."""
    return list(db.session.scalars(sa.select(Interview).where(Interview.id.in_(ids))))


def _queue_late_recordings() -> int:
    """Answers whose recording was verified only after the interview had been submitted."""
    late = (
        sa.select(Interview.id)
        .join(Analysis, Analysis.interview_id == Interview.id)
        .join(Answer, Answer.id == Analysis.answer_id)
        .join(Take, Take.answer_id == Answer.id)
        .join(Recording, Recording.take_id == Take.id)
        .where(
            Analysis.reason_code == "no_recording",
            Recording.state == RecordingState.READY,
            Interview.state == InterviewState.SUBMITTED,
        )
    )
    found = _interviews(late)
    for interview in found:
        queue_interview(interview)
    db.session.commit()
    return len(found)


def _queue_what_waited() -> int:
    """Answers that the law let nobody analyse before a number of days had passed; asked again every hour."""
    waiting = (
        sa.select(Interview.id)
        .join(Analysis, Analysis.interview_id == Interview.id)
        .where(
            Analysis.reason_code == "notice_too_short",
            Analysis.finished_at < now() - ASKED_AGAIN,
            Interview.state == InterviewState.SUBMITTED,
        )
    )
    found = _interviews(waiting)
    for interview in found:
        queue_interview(interview)
    db.session.commit()
    return len(found)
