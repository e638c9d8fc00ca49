"""The database itself keeps how far an interview has come beside its invitation, whatever writes a row."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.core.database import db
from webapp.interviews.models import InterviewState


@pytest.fixture
def interview(make):
    """Somebody's who has begun."""
    return make.interview(state=InterviewState.OPEN)


def progress(interview_id: str, invitation_id: str) -> str | None:
    return db.session.scalar(sa.text("select progress from invitations where id = :id"), {"id": invitation_id})


def change(interview_id: str, **values: str) -> None:
    """As a program that knows nothing of the column does."""
    columns = ", ".join(f"{name} = :{name}" for name in values)
    db.session.execute(sa.text(f"update interviews set {columns} where id = :id"), values | {"id": interview_id})


def test_whatever_writes_the_row(interview):
    ids = interview.id, interview.invitation_id
    assert progress(*ids) is None
    change(ids[0], state="submitted")
    assert progress(*ids) == "submitted"
    change(ids[0], review_state="decided")
    assert progress(*ids) == "decided"
    change(ids[0], review_state="in_review", candidate_name="Noor")
    assert progress(*ids) == "submitted"
    change(ids[0], state="open")
    assert progress(*ids) is None


def test_an_interview_that_is_erased_leaves_nothing_of_it(interview):
    ids = interview.id, interview.invitation_id
    change(ids[0], state="submitted")
    db.session.flush()
    db.session.execute(sa.text("delete from interviews where id = :id"), {"id": ids[0]})
    assert progress(*ids) is None


def test_one_that_comes_in_finished(make):
    """As from a backup."""
    interview = make.interview(state=InterviewState.SUBMITTED)
    db.session.flush()
    assert progress(interview.id, interview.invitation_id) == "submitted"
