"""Comments at a second and on words, replies, mentions, resolved threads; colleagues are blind to each other."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Consent
from webapp.policy import Purpose
from webapp.reviews.comment_models import Comment, Mention

JSON = {"Accept": "application/json"}


@pytest.fixture
def admin(make):
    return make.user(Role.ADMIN, name="Ada Lindqvist")


def write(client, interview, text="Listen to this.", number=1, **more):
    return client.post(f"/reviews/{interview.id}/answers/{number}/comments", data={"text": text, **more}, headers=JSON)


def submit_scorecard(client, interview):
    for number, data in ((1, {"score-c1": "4", "score-c2": "3"}), (2, {"score-": "3"})):
        client.post(f"/reviews/{interview.id}/answers/{number}", data=data)
    client.post(f"/reviews/{interview.id}/submit")


def test_at_a_second_and_on_words(client, interview, recruiter):
    page = write(client, interview, at="12.34", until="15", quote="found the cause").text
    assert 'data-seek="12.34"' in page and "found the cause" in page and "0:12" in page
    row = db.session.scalars(sa.select(Comment)).one()
    assert (row.at, row.until, row.author_id, row.question.position) == (12.34, 15.0, recruiter.id, 1)
    assert "Listen to this." in client.get(f"/reviews/{interview.id}/answers/1").text
    assert "Listen to this." not in client.get(f"/reviews/{interview.id}/answers/2").text


@pytest.mark.parametrize(
    "data",
    [{"text": " "}, {"text": "x" * 5001}, {"at": "-1"}, {"until": "3"}, {"at": "5", "until": "4"}, {"at": "nan"}],
)
def test_what_is_no_comment_is_refused(client, interview, data):
    assert (
        client.post(
            f"/reviews/{interview.id}/answers/1/comments", data={"text": "Well.", **data}, headers=JSON
        ).status_code
        == 422
    )
    assert db.session.scalars(sa.select(Comment)).all() == []


def test_nobody_reads_a_colleague_before_their_own_scorecard(client, sign_in, interview, recruiter, admin):
    write(client, interview, "Too slow, I think.")
    row = db.session.scalars(sa.select(Comment)).one()
    sign_in(admin)
    at = f"/reviews/{interview.id}/answers/1"
    for page in (client.get(at), client.get(f"{at}/comments"), write(client, interview, "Mine.")):
        assert "Too slow" not in page.text
    assert write(client, interview, "A guess.", parent=row.id).status_code == 404
    assert client.post(f"/reviews/{interview.id}/comments/{row.id}", data={"then": "resolve"}).status_code == 404
    submit_scorecard(client, interview)
    page = write(client, interview, "I heard it differently.", parent=row.id).text
    assert "Too slow" in page and "heard it differently" in page
    assert (
        "Resolved by Ada"
        in client.post(f"/reviews/{interview.id}/comments/{row.id}", data={"then": "resolve"}, headers=JSON).text
    )
    assert (
        "Resolved by"
        not in client.post(f"/reviews/{interview.id}/comments/{row.id}", data={"then": "reopen"}, headers=JSON).text
    )


def test_only_its_author_deletes_and_not_under_others_replies(client, sign_in, interview, recruiter, admin):
    write(client, interview)
    row = db.session.scalars(sa.select(Comment)).one()
    sign_in(admin)
    submit_scorecard(client, interview)
    gone = f"/reviews/{interview.id}/comments/{row.id}"
    assert client.post(gone, data={"then": "delete"}, headers=JSON).status_code == 422
    write(client, interview, "Yes.", parent=row.id)
    reply = db.session.scalars(sa.select(Comment).where(Comment.parent_id == row.id)).one()
    sign_in(recruiter)
    assert client.post(gone, data={"then": "delete"}, headers=JSON).status_code == 422
    sign_in(admin)
    assert (
        client.post(f"/reviews/{interview.id}/comments/{reply.id}", data={"then": "delete"}, headers=JSON).status_code
        == 200
    )
    sign_in(recruiter)
    assert client.post(gone, data={"then": "delete"}, headers=JSON).status_code == 200
    assert db.session.scalars(sa.select(Comment)).all() == []


def test_who_is_mentioned_is_told_and_strangers_are_not(app, client, make, sign_in, interview, recruiter, admin):
    make.user(name="Sam Stranger")  # a recruiter of other interviews
    told = []
    with events.person_mentioned.connected_to(lambda _app, **facts: told.append(facts["user_id"])):
        write(client, interview, "@Ada Lindqvist and @Sam Stranger, and @Rosa Moreau: is this right?")
    assert told == [admin.id]
    names = client.get(f"/reviews/{interview.id}/people?q=lind").get_json()["names"]
    assert names == ["Ada Lindqvist"] and client.get(f"/reviews/{interview.id}/people?q=sam").get_json()["names"] == []
    sign_in(admin)
    page = client.get("/reviews/mentions").text
    assert "once your scorecard is submitted" in page and "is this right" not in page
    submit_scorecard(client, interview)
    assert "is this right" in client.get("/reviews/mentions").text
    assert db.session.scalars(sa.select(Mention)).one().seen_at is None
    client.get(f"/reviews/{interview.id}/answers/1")
    assert db.session.scalars(sa.select(Mention)).one().seen_at is not None


def test_quotes_go_with_the_words(client, interview, recruiter):
    write(client, interview, quote="found the cause")
    write(client, interview, number=2, quote="We plan, we try")
    interview.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
    db.session.flush()
    events.send(events.consents_changed, interview_id=interview.id)
    quotes = {row.question.position: row.quote for row in db.session.scalars(sa.select(Comment))}
    assert quotes == {1: "", 2: "We plan, we try"}, "there is no transcript to see; what was written is still there"


def test_strangers_find_no_comments(client, make, sign_in, interview):
    write(client, interview)
    row = db.session.scalars(sa.select(Comment)).one()
    sign_in(make.user())
    assert write(client, interview).status_code == 404
    assert client.get(f"/reviews/{interview.id}/people?q=a").status_code == 404
    assert client.post(f"/reviews/{interview.id}/comments/{row.id}", data={"then": "delete"}).status_code == 404
