"""Tests of the workspace: a submitted assessment whose readings are hidden until one's own scorecard is in."""

from __future__ import annotations

import pytest

from tests.webapp.analysis.samples import answer_all
from webapp.core.database import db
from webapp.questions.guide import Competency, clean


@pytest.fixture(autouse=True)
def _blind(app):
    app.config["BLIND_REVIEW"] = True


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user(name="Rosa Moreau"))


@pytest.fixture
def question_set(make):
    """A video and a written question; the first is scored for two competencies, the second as a whole."""
    row = make.question_set("video text", state="draft")
    guide = clean(
        [
            Competency("", "Problem solving", {5: "Found the cause and kept it away"}, ["Names the problem"]),
            Competency("", "Collaboration"),
        ]
    )
    assert guide is not None
    row.questions[0].guide, row.questions[0].rubric = guide.to_json(), guide.rubric
    db.session.commit()
    return row


@pytest.fixture
def submit(make, recruiter, question_set):
    """Make another submitted interview of the same position: ``submit("Kim Tremblay")``."""
    position = make.position(created_by=recruiter)

    def submit(name: str = "Kim Tremblay", **values):
        invitation = make.invitation(created_by=recruiter, question_set=question_set, position=position, name=name)
        return answer_all(make, make.interview(invitation=invitation, **values))

    return submit


@pytest.fixture
def interview(submit):
    return submit()
