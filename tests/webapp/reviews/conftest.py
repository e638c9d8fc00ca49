"""Tests of reviews: readings stay hidden until one's own scorecard is in, as on a real server."""

from __future__ import annotations

import pytest

from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all

__all__ = ["models", "run_all"]


@pytest.fixture(autouse=True)
def _blind(app):
    app.config["BLIND_REVIEW"] = True


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


@pytest.fixture
def interview(make, recruiter, run_all):
    """A submitted assessment in Montréal, read by the models, invited to by ``recruiter``."""
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    run_all(interview)
    return interview


@pytest.fixture
def form(interview):
    """A complete scorecard's form."""

    def form(score: int = 4, **more: str) -> dict[str, str]:
        ids = [question.id for question in interview.question_set.questions]
        return {f"score-{i}": str(score) for i in ids} | {f"note-{i}": "Said why." for i in ids} | more

    return form
