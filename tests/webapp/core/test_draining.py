"""A worker that is asked to stop hands back what it cannot finish."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.webapp.analysis.samples import answer_all
from webapp.analysis import leases as analysis_leases
from webapp.analysis import operations, sweeper, tasks
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import draining, leases
from webapp.core.database import db, now
from webapp.messages import delivery
from webapp.messages.models import Channel, Message, State


@pytest.fixture
def running(make, monkeypatch):
    """An analysis that a child of worker 4711 works on, and its owner."""
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    (row, *_rest) = [each for each in operations.analyses_of(interview) if each.state is AnalysisState.QUEUED]
    monkeypatch.setattr(leases, "_worker", 4711)
    owner = leases.new_owner()
    assert analysis_leases.claim(row.id, owner)
    return row.id, owner


def test_others_go_on_at_once_and_whoever_was_at_it_stores_nothing(app, running, monkeypatch):
    row_id, owner = running
    sent = []
    monkeypatch.setattr(tasks.run, "delay", sent.append)
    sweeper.sweep()
    assert row_id not in sent  # its lease holds
    draining._hand_back(app, 4712)  # another worker's end
    assert analysis_leases.renew(row_id, owner, 0.5)
    draining._hand_back(app, 4711)
    assert not analysis_leases.renew(row_id, owner, 0.6)
    sweeper.sweep()
    assert row_id in sent
    row = db.session.get(Analysis, row_id, populate_existing=True)
    assert (row.state, row.attempts) == (AnalysisState.QUEUED, 0)
    assert not analysis_leases.settle(row_id, owner, AnalysisState.DONE)
    assert analysis_leases.claim(row_id, leases.new_owner())


def test_a_mail_that_is_being_sent_is_not_begun_a_second_time(app, make, running, monkeypatch):
    message = Message(
        channel=Channel.MAIL, cause="test", kind="test", recipient="kim@viva.test", state=State.SENDING,
        organisation_id=make.user().organisation_id, lease_owner=leases.new_owner(), lease_until=now() + timedelta(seconds=30), due_at=now(),
        expires_at=now() + timedelta(days=1),
    )  # fmt: skip
    db.session.add(message)
    db.session.commit()
    draining._hand_back(app, 4711)
    db.session.refresh(message)
    assert message.lease_owner and not delivery.WORK.claim(message.id, leases.new_owner())
