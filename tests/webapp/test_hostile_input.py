"""What browsers never send, or send only when two things happen at once."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews.operations import invitation_url
from webapp.questions import operations as questions
from webapp.questions.models import QuestionSet


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "2026-01-01"])
def test_a_moment_beyond_the_calendar_is_nothing(client, make, sign_in, moment):
    position = make.position(created_by=sign_in(make.user()))
    assert client.get("/invitations/links", query_string={"position": position.id, "at": moment}).status_code == 404


def test_two_clicks_on_new_version_make_one(make, monkeypatch):
    row, admin = make.question_set(), make.user(Role.ADMIN)
    first = questions.new_version(row, by=admin)
    db.session.commit()
    monkeypatch.setattr(questions, "versions", lambda _: [row])  # what the other request saw a moment before
    with pytest.raises(questions.QuestionSetError, match="has just been created"):
        questions.new_version(row, by=admin)
    assert db.session.query(QuestionSet).filter_by(lineage=row.lineage, version=first.version).count() == 1


def test_half_an_emoji_costs_nobody_their_answer(client, make):
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("text")))
    client.post(invitation_url(interview.invitation))
    sent = client.post(
        f"/interview/{interview.id}/questions/1/text",
        data=b'{"text": "All of this stays \\ud83d"}',
        content_type="application/json",
    )
    assert sent.status_code == 200
    assert interview.answers[0].text == "All of this stays ?"


def test_a_lost_session_says_how_to_come_back(client, make):
    page = client.get(f"/interview/{make.interview().id}")
    assert page.status_code == 404 and "open the link in your invitation" in page.text
    assert client.get(f"/interview/{'0' * 32}").text == page.text
