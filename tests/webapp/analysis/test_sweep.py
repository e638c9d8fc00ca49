"""What the sweep finds, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from celery.exceptions import SoftTimeLimitExceeded

from tests.webapp.analysis.samples import answer_all
from webapp.analysis import leases, operations, runner, sweeper
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import events
from webapp.core.database import db, now


@pytest.fixture
def sent(app, monkeypatch):
    """The messages that went to the workers: (task, argument)."""
    found: list[tuple[str, str]] = []
    for name in ("analysis.read_words", "reports.build"):
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
    assert sent == [("analysis.read_words", analysis.id)]


def test_a_message_that_is_on_its_way_is_not_sent_again(analysis, sent):
    sent.clear()
    events.send_sweep()
    assert sent == []


def test_a_feature_whose_sweep_fails_keeps_no_other_from_its_own(analysis, sent, monkeypatch):
    """On PostgreSQL a statement that failed makes every later one of its transaction fail."""
    sent.clear()
    change(lease_until=now() - timedelta(seconds=1))
    queued, looked = analysis.id, []

    def fail(_app):
        db.session.expunge_all()
        db.session.add(Analysis(id=queued))  # there already, and holds nothing
        db.session.flush()

    def look(_app):
        looked.append(len(db.session.scalars(sa.select(Analysis)).all()))
        return 0

    stand_in = SimpleNamespace(receivers_for=lambda _app: [fail, look])
    monkeypatch.setattr(events, "sweeping", stand_in)
    events.send_sweep()
    assert looked == [1]


def test_a_lost_message_is_sent_again_once(analysis, sent):
    sent.clear()
    change(lease_until=now() - timedelta(seconds=1))
    events.send_sweep()
    events.send_sweep()
    assert sent == [("analysis.read_words", analysis.id)]


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
    assert sent == [("analysis.read_words", analysis.id)]
    assert leases.settle(analysis.id, "worker", AnalysisState.DONE) is False


def test_what_takes_its_worker_down_each_time_fails_with_a_reason(app, analysis, sent):
    leases.claim(analysis.id, "worker")
    change(lease_until=now() - timedelta(seconds=1), attempts=app.config["MAX_ATTEMPTS"])
    events.send_sweep()
    db.session.refresh(analysis)
    assert analysis.state is AnalysisState.RUNNING  # it may be slow: a lease that ran out can still be renewed
    assert leases.renew(analysis.id, "worker", 0.5)
    change(lease_until=now() - sweeper.GONE - timedelta(seconds=1))
    events.send_sweep()
    db.session.refresh(analysis)
    assert (analysis.state, analysis.reason_code) == (AnalysisState.FAILED, "worker_lost")
    assert "more memory" in analysis.reason
    operations.retry(analysis)
    db.session.commit()
    assert (analysis.state, analysis.attempts) == (AnalysisState.QUEUED, 0)


def test_a_worker_that_was_only_slow_does_not_count_as_one_that_died(analysis, sent, models, monkeypatch):
    """Its lease runs out while it works, and somebody else takes the answer over."""
    analysis_id, read = analysis.id, runner._work

    def overtaken(*arguments):
        found = read(*arguments)
        change(state=AnalysisState.QUEUED, lease_owner=None, lease_until=None)
        return found

    monkeypatch.setattr(runner, "_work", overtaken)
    assert runner.run(analysis_id) is False
    db.session.refresh(analysis)
    assert (analysis.state, analysis.attempts) == (AnalysisState.QUEUED, 0)


@pytest.mark.parametrize(("worked", "state"), [(0.1, AnalysisState.QUEUED), (0.95, AnalysisState.FAILED)])
def test_an_end_of_time_is_the_answers_only_where_it_was_computed_on(analysis, sent, monkeypatch, worked, state):
    clock = iter([0.0, 100.0])
    used = iter([0.0, 100.0 * worked])
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: next(clock), process_time=lambda: next(used)))

    def too_long(*_arguments):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(runner, "_work", too_long)
    assert runner.run(analysis.id)
    db.session.refresh(analysis)
    assert analysis.state is state
    assert analysis.attempts == (1 if state is AnalysisState.FAILED else 0)


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
