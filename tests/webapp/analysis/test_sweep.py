"""What the sweep finds, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.analysis import leases, operations, runner
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import events
from webapp.core.database import db, now


@pytest.fixture
def sent(app, monkeypatch):
    """The messages that went to the workers: (task, argument)."""
    found: list[tuple[str, str]] = []
    for name in ("analysis.run", "reports.build"):
        task = app.extensions["celery"].tasks[name]
        monkeypatch.setattr(task, "delay", lambda argument, name=name: found.append((name, argument)))
    return found


@pytest.fixture
def analysis(make, sent):
    """One queued analysis."""
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("text")))
    answer_all(make, interview)
    operations.queue_interview(interview)
    db.session.commit()
    return operations.analyses_of(interview)[0]


def change(**values):
    with db.engine.begin() as connection:
        connection.execute(sa.update(Analysis).values(**values))


def test_queueing_sends_one_message_with_the_commit(analysis, sent):
    assert sent == [("analysis.run", analysis.id)]


def test_a_message_that_is_on_its_way_is_not_sent_again(analysis, sent):
    sent.clear()
    events.send_sweep()
    assert sent == []


def test_a_lost_message_is_sent_again_once(analysis, sent):
    sent.clear()
    change(lease_until=now() - timedelta(seconds=1))
    events.send_sweep()
    events.send_sweep()
    assert sent == [("analysis.run", analysis.id)]


def test_a_running_analysis_with_a_lease_is_left_alone(analysis, sent):
    leases.claim(analysis.id, "worker")
    sent.clear()
    events.send_sweep()
    assert sent == []
    db.session.refresh(analysis)
    assert analysis.state is AnalysisState.RUNNING and analysis.lease_owner == "worker"


def test_an_expired_lease_goes_back_to_the_queue(analysis, sent):
    leases.claim(analysis.id, "worker")
    change(lease_until=now() - timedelta(seconds=1), progress=0.4)
    sent.clear()
    events.send_sweep()
    db.session.refresh(analysis)
    assert (analysis.state, analysis.lease_owner, analysis.progress) == (AnalysisState.QUEUED, None, 0.0)
    assert sent == [("analysis.run", analysis.id)]
    assert leases.settle(analysis.id, "worker", AnalysisState.DONE) is False


def test_what_takes_its_worker_down_each_time_fails_with_a_reason(app, analysis, sent):
    leases.claim(analysis.id, "worker")
    change(lease_until=now() - timedelta(seconds=1), attempts=app.config["MAX_ATTEMPTS"])
    events.send_sweep()
    db.session.refresh(analysis)
    assert (analysis.state, analysis.reason_code) == (AnalysisState.FAILED, "worker_lost")
    assert "more memory" in analysis.reason
    operations.retry(analysis)
    db.session.commit()
    assert (analysis.state, analysis.attempts) == (AnalysisState.QUEUED, 0)


def test_a_report_that_was_never_built_is_built(analysis, sent, models):
    runner.run(analysis.id)
    assert sent[-1] == ("reports.build", analysis.interview_id)
    sent.clear()
    events.send_sweep()
    assert sent == [("reports.build", analysis.interview_id)]
    from webapp.reports.operations import build

    build(analysis.interview_id)
    db.session.commit()
    sent.clear()
    events.send_sweep()
    assert sent == []
