"""The practice room."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.analysis.models import Analysis
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews.models import Answer, Consent, Interview, Take
from webapp.policy import Mode
from webapp.practice.questions import LINEAGE
from webapp.questions.models import QuestionSet, SetState
from webapp.recordings.models import Recording
from webapp.reports.models import Report


@pytest.fixture
def candidate(make, sign_in):
    return sign_in(make.user(Role.CANDIDATE))


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user(Role.RECRUITER))


def test_strangers_sign_in_first(client):
    assert client.get("/practice").status_code == 302
    assert client.post("/practice/start").status_code == 302


def test_starting_makes_an_interview_of_ones_own(client, make, recruiter):
    question_set = make.question_set()
    answer = client.post("/practice/start", data={"question_set_id": question_set.id})
    interview = db.session.scalars(sa.select(Interview)).one()
    assert answer.location.endswith(f"/interview/{interview.id}")
    assert (interview.mode, interview.candidate_id, interview.question_set_id) == (
        Mode.PRACTICE,
        recruiter.id,
        question_set.id,
    )
    assert interview.position_id is None and interview.invitation_id is None


@pytest.mark.parametrize("state", [SetState.DRAFT, SetState.ARCHIVED])
def test_only_published_questions_are_offered(client, make, recruiter, state):
    make.question_set()
    hidden = make.question_set(state=state, title="Hidden questions")
    assert "Hidden questions" not in client.get("/practice").text
    client.post("/practice/start", data={"question_set_id": hidden.id})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Interview)) == 0


def test_only_the_newest_version_is_offered(client, make, recruiter):
    old = make.question_set(title="Old title", lineage="a" * 32, version=1)
    new = make.question_set(title="New title", lineage="a" * 32, version=2)
    page = client.get("/practice").text
    assert new.id in page and old.id not in page


def test_candidates_do_not_see_the_questions_of_real_interviews(client, make, candidate):
    published = make.question_set(title="Asked on Monday")
    assert "Asked on Monday" not in client.get("/practice").text
    client.post("/practice/start", data={"question_set_id": published.id})
    assert db.session.scalars(sa.select(Interview)).one().question_set.lineage == LINEAGE


def test_without_published_questions_there_are_vivas_own(client, candidate):
    assert "three of Viva's own questions" in client.get("/practice").text
    client.post("/practice/start")
    client.post("/practice/start")
    built_in = db.session.scalars(sa.select(QuestionSet)).one()
    assert (built_in.lineage, built_in.state) == (LINEAGE, SetState.ARCHIVED)
    assert [question.kind.value for question in built_in.questions] == ["video", "video", "text"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Interview)) == 2


def test_everybody_sees_their_own_alone(client, make, sign_in, run_all):
    candidate = make.user(Role.CANDIDATE)
    interview = answer_all(make, make.practice(candidate))
    for role in (Role.CANDIDATE, Role.RECRUITER, Role.ADMIN):
        sign_in(make.user(role))
        assert interview.id not in client.get("/practice").text
        assert client.get(f"/practice/{interview.id}/delete").status_code == 404
        assert client.post(f"/practice/{interview.id}/delete").status_code == 404
    sign_in(candidate)
    assert f"/reports/{interview.id}" in client.get("/practice").text
    assert db.session.get(Interview, interview.id) is not None


def test_an_assessment_cannot_be_deleted_here(client, make, candidate):
    interview = make.interview(candidate=candidate)
    assert client.post(f"/practice/{interview.id}/delete").status_code == 404


def test_deleting_leaves_nothing(client, make, candidate, run_all):
    interview = answer_all(make, make.practice(candidate))
    run_all(interview)
    other = answer_all(make, make.practice(make.user(Role.CANDIDATE)))
    run_all(other)
    mine = sa.select(Recording).join(Take).join(Answer).where(Answer.interview_id == interview.id)
    keys = [recording.original_key for recording in db.session.scalars(mine)]
    assert len(keys) == 2 and all(storage.exists(key) for key in keys)
    tables = (Answer, Take, Recording, Consent, Analysis, Report)
    before = {table: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}

    assert "cannot be undone" in client.get(f"/practice/{interview.id}/delete").text
    answer = client.post(f"/practice/{interview.id}/delete", follow_redirects=True)
    assert "The recordings, your written answers" in answer.text

    assert not any(storage.exists(key) for key in keys)
    after = {table: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}
    assert after == {table: count // 2 for table, count in before.items()}
    assert db.session.scalars(sa.select(Interview.id)).all() == [other.id]
