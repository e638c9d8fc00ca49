"""The pages of question sets."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.questions.models import Question, QuestionSet, SetState

QUESTION = {
    "kind": "video",
    "prompt": "Why?",
    "think_seconds": "0",
    "limit_seconds": "60",
    "takes_allowed": "1",
    "rubric": "Reasons.",
}


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN))


def test_from_nothing_to_published(client: FlaskClient, admin):
    assert "no question sets yet" in client.get("/questions/").text
    made = client.post("/questions/new", data={"title": "First", "introduction": "Hello"})
    page = client.get(made.location).text
    assert "No questions yet" in page
    row = db.session.scalar(sa.select(QuestionSet))

    refused = client.post(f"/questions/{row.id}/publish", follow_redirects=True)
    assert "Add at least one" in refused.text and row.state is SetState.DRAFT

    client.post(f"/questions/{row.id}/add", data=QUESTION)
    client.post(f"/questions/{row.id}/add", data={**QUESTION, "kind": "text", "prompt": "<b>What</b> else?"})
    done = client.post(f"/questions/{row.id}/publish", follow_redirects=True).text
    assert row.state is SetState.PUBLISHED and "published" in done
    assert "&lt;b&gt;What" in done and "/add" not in done


def test_the_buttons_move_a_question_without_a_script(client: FlaskClient, admin, make):
    row = make.question_set(state=SetState.DRAFT)
    first, second, third = (question.id for question in row.questions)
    page = client.get(f"/questions/{row.id}").text
    assert page.count('name="to" value="up"') == page.count('name="to" value="down"') == 3
    answer = client.post(f"/questions/{row.id}/questions/{first}/move", data={"to": "down"})
    assert answer.location.endswith(f"#question-{first}")
    client.post(f"/questions/{row.id}/questions/{third}/move", data={"to": "up"})
    assert [question.id for question in row.questions] == [second, third, first]
    assert client.post(f"/questions/{row.id}/questions/{first}/move", data={"to": "left"}).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", " "),
        ("kind", "dance"),
        ("think_seconds", "-1"),
        ("think_seconds", "601"),
        ("limit_seconds", "9"),
        ("limit_seconds", "soon"),
        ("takes_allowed", "0"),
        ("takes_allowed", "21"),
    ],
)
def test_a_question_with_a_fault_says_which(client: FlaskClient, admin, make, field: str, value: str):
    row = make.question_set(kinds="", state=SetState.DRAFT)
    answer = client.post(f"/questions/{row.id}/add", data={**QUESTION, field: value})
    assert answer.status_code == 422 and f'id="{field}-errors"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Question.id))) == 0


def test_editing_shows_what_was_there_and_saves_what_is_new(client: FlaskClient, admin, make):
    row = make.question_set(state=SetState.DRAFT)
    question = row.questions[0]
    page = client.get(f"/questions/{row.id}/questions/{question.id}").text
    assert "Question 1?" in page and "An example." in page
    client.post(f"/questions/{row.id}/questions/{question.id}", data=QUESTION)
    assert (question.prompt, question.limit_seconds, question.rubric) == ("Why?", 60, "Reasons.")


def test_a_question_of_another_set_is_not_there(client: FlaskClient, admin, make):
    one, two = make.question_set(state=SetState.DRAFT), make.question_set(state=SetState.DRAFT)
    assert client.get(f"/questions/{one.id}/questions/{two.questions[0].id}").status_code == 404


def test_what_is_published_cannot_be_changed_by_any_page(client: FlaskClient, admin, make):
    row = make.question_set()
    question = row.questions[0]
    at = f"/questions/{row.id}"
    for path, data in (
        ("/edit", {"title": "x"}),
        ("/add", QUESTION),
        (f"/questions/{question.id}", QUESTION),
        (f"/questions/{question.id}/delete", {}),
        (f"/questions/{question.id}/move", {"to": "down"}),
        ("/publish", {}),
        ("/delete", {}),
    ):
        answer = client.post(at + path, data=data)
        assert answer.status_code == 409, path
        assert "Create a new version" in answer.text
    assert [each.prompt for each in row.questions] == ["Question 1?", "Question 2?", "Question 3?"]


def test_new_version_and_archive(client: FlaskClient, admin, make):
    row = make.question_set()
    page = client.post(f"/questions/{row.id}/new-version", follow_redirects=True).text
    assert "draft of version 2" in page and "Version 1" in page
    again = client.post(f"/questions/{row.id}/new-version", follow_redirects=True).text
    assert "Version 2 is already a draft" in again
    client.post(f"/questions/{row.id}/archive")
    assert row.state is SetState.ARCHIVED


def test_recruiters_read_what_is_published_and_nothing_else(client: FlaskClient, make, sign_in):
    published = make.question_set(title="Published one")
    hidden = [make.question_set(title="Hidden one", state=state) for state in (SetState.DRAFT, SetState.ARCHIVED)]
    sign_in(make.user(Role.RECRUITER))
    page = client.get("/questions/").text
    assert "Published one" in page and "Hidden one" not in page and "Create a question set" not in page
    shown = client.get(f"/questions/{published.id}").text
    assert "Archive" not in shown and "New version" not in shown
    assert client.get(f"/questions/{published.id}/preview").status_code == 200
    for row in hidden:
        assert client.get(f"/questions/{row.id}").status_code == 404
        assert client.get(f"/questions/{row.id}/preview").status_code == 404


def test_the_preview_never_shows_the_rubric(client: FlaskClient, admin, make):
    row = make.question_set(kinds="video audio text")
    page = client.get(f"/questions/{row.id}/preview").text
    assert "Question 1?" in page and "in writing" in page and "An example." not in page
