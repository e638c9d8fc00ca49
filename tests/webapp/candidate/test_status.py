"""The candidate's status page: where things stand, by when, whom to reach, and how to withdraw."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp.candidate import operations as candidate
from webapp.candidate.status import status_token
from webapp.core.database import db, now
from webapp.interviews.models import CandidateRequest
from webapp.interviews.operations import invitation_url
from webapp.messages import writing
from webapp.messages.models import Message, State
from webapp.reviews.models import Decision, Outcome


@pytest.fixture
def invitation(make):
    by = make.user(name="Ada Lindqvist", email="ada@viva.test")
    return make.invitation(position=make.position(created_by=by, title="Support engineer"), created_by=by)


def page(client, invitation):
    answer = client.get(f"/status/{status_token(invitation)}")
    assert answer.status_code == 200
    return answer.text


def test_it_opens_in_any_browser_and_shows_no_answers(client, invitation, make):
    interview = candidate.open_interview(invitation)
    make.answer(interview, interview.question_set.questions[2], text="My secret words", text_saved_at=now())
    text = page(client, invitation)
    assert "Ada Lindqvist" in text and "ada@viva.test" in text and "My secret words" not in text
    assert invitation_url(invitation).rpartition("/")[2] not in text  # it lets nobody answer in their place
    assert client.get("/status/nonsense").status_code == 404


def test_each_step(app, client, invitation, make):
    app.config["ANSWER_DAYS"] = 60
    assert "Not started yet" in page(client, invitation)
    interview = candidate.open_interview(invitation)
    db.session.commit()
    assert "Answering" in page(client, invitation)
    candidate.submit(interview, incomplete=True)
    text = page(client, invitation)
    due = interview.submitted_at + timedelta(days=45)
    assert "Interview submitted" in text and f"{due.day} {due:%B %Y}" in text and "Ontario" in text
    decision = Decision(interview=interview, outcome=Outcome.ADVANCE, reason="Because.", by_id=make.user().id)
    db.session.add(decision)
    db.session.flush()
    writing.letter(decision)
    db.session.commit()
    assert "You go on in the process" not in page(client, invitation)  # before they were told
    db.session.execute(sa.update(Message).values(state=State.SENT, sent_at=now()))
    assert "You go on in the process" in page(client, invitation)


def test_asking_goes_to_whoever_invited(client, invitation, sign_in):
    address = f"/status/{status_token(invitation)}"
    assert client.post(f"{address}/ask", data={"kind": "format", "text": ""}).status_code == 422
    for _twice in range(2):
        client.post(f"{address}/ask", data={"kind": "format", "text": "May I answer in writing?"})
    asked = db.session.scalars(sa.select(CandidateRequest)).one()
    assert "May I answer in writing?" in page(client, invitation)
    sign_in(invitation.created_by)
    assert "May I answer in writing?" in client.get("/messages/notices").text
    where = f"/invitations/{invitation.id}"
    assert "May I answer in writing?" in client.get(where).text
    client.post(f"{where}/requests/{asked.id}/settle")
    assert "Mark as settled" not in client.get(where).text


def test_withdrawing_is_asked_done_once_and_told(client, invitation, sign_in):
    address = f"/status/{status_token(invitation)}"
    interview = candidate.open_interview(invitation)
    db.session.commit()
    assert "cannot be undone" in client.get(f"{address}/withdraw").text and invitation.withdrawn_at is None
    client.post(f"{address}/withdraw")
    db.session.refresh(invitation)
    first = invitation.withdrawn_at
    assert first is not None
    client.post(f"{address}/withdraw")
    db.session.refresh(invitation)
    assert invitation.withdrawn_at == first
    assert "You withdrew" in page(client, invitation)
    link = "/i/" + invitation_url(invitation).rpartition("/")[2]
    assert client.post(link).location.endswith(address)
    assert client.get(f"/interview/{interview.id}/questions/1").status_code == 410
    sign_in(invitation.created_by)
    assert "withdrew from" in client.get("/messages/notices").text
    assert "Withdrawn" in client.get("/interviews").text
