"""The database itself keeps how far an interview has come beside its invitation, whatever writes a row."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.reports.models import Report


@pytest.fixture
def interview(make):
    """Somebody's who has begun."""
    return make.interview(state=InterviewState.OPEN)


def progress(interview_id: str, invitation_id: str) -> str | None:
    table = Invitation.__table__
    return db.session.scalar(sa.select(table.c.progress).where(table.c.id == invitation_id))


def change(interview_id: str, **values: str) -> None:
    """As a program that knows nothing of the column does."""
    table = Interview.__table__
    db.session.execute(sa.update(table).where(table.c.id == interview_id).values(values))


def test_whatever_writes_the_row(interview):
    ids = interview.id, interview.invitation_id
    assert progress(*ids) == "begun"
    change(ids[0], state="submitted")
    assert progress(*ids) == "submitted"
    change(ids[0], review_state="decided")
    assert progress(*ids) == "decided"
    change(ids[0], review_state="in_review", candidate_name="Noor")
    assert progress(*ids) == "submitted"
    change(ids[0], state="open")
    assert progress(*ids) == "begun"


def test_what_was_decided(interview):
    def outcome() -> str | None:
        table = Invitation.__table__
        return db.session.scalar(sa.select(table.c.outcome).where(table.c.id == interview.invitation_id))

    change(interview.id, state="submitted", review_state="decided", outcome="hold")
    assert outcome() == "hold" and progress(interview.id, interview.invitation_id) == "decided"
    change(interview.id, outcome="advance")
    assert outcome() == "advance"
    change(interview.id, review_state="in_review")  # opened anew: what was decided before is history
    assert outcome() is None
    change(interview.id, review_state="decided")
    assert outcome() == "advance"
    db.session.flush()
    db.session.execute(sa.delete(Interview.__table__).where(Interview.__table__.c.id == interview.id))
    assert outcome() is None


def test_a_report_that_is_built_and_erased(interview):
    ids, table = (interview.id, interview.invitation_id), Report.__table__
    change(ids[0], state="submitted")
    db.session.add(Report(interview=interview, body={}))
    db.session.flush()
    assert progress(*ids) == "ready"
    change(ids[0], review_state="decided")
    change(ids[0], review_state="to_review")
    assert progress(*ids) == "ready"
    db.session.execute(sa.delete(table).where(table.c.interview_id == ids[0]))
    assert progress(*ids) == "submitted"


def test_an_interview_that_is_erased_leaves_nothing_of_it(interview):
    ids = interview.id, interview.invitation_id
    change(ids[0], state="submitted")
    db.session.flush()
    db.session.execute(sa.delete(Interview.__table__).where(Interview.__table__.c.id == ids[0]))
    assert progress(*ids) is None


def test_one_that_comes_in_finished(make):
    """As from a backup."""
    interview = make.interview(state=InterviewState.SUBMITTED)
    db.session.flush()
    assert progress(interview.id, interview.invitation_id) == "submitted"
