"""Deciding in the workspace, and the way to the next candidate."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.database import db
from webapp.reviews import operations, queue
from webapp.reviews.models import Decision, Scorecard, ScorecardState

JSON = {"Accept": "application/json"}
CHOICE = {"outcome": "advance", "reason": "Named the cause and how it ended.", "then": "next"}


def review(client, interview):
    for number, data in ((1, {"score-c1": "4", "score-c2": "3"}), (2, {"score-": "3"})):
        client.get(f"/reviews/{interview.id}/answers/{number}")
        client.post(f"/reviews/{interview.id}/answers/{number}/played")
        client.post(f"/reviews/{interview.id}/answers/{number}", data=data)


def test_one_click_decides_and_opens_the_next(client, submit, recruiter):
    first, second = submit("First"), submit("Second")
    assert client.get("/reviews/following").location == f"/reviews/{first.id}/answers/1"
    review(client, first)
    told = client.post(f"/reviews/{first.id}/decide", data=CHOICE, headers=JSON).get_json()
    assert told == {"next": f"/reviews/{second.id}/answers/1"}
    row = db.session.scalars(sa.select(Decision)).one()
    assert (row.interview_id, row.outcome, row.by_id) == (first.id, "advance", recruiter.id)
    assert operations.latest(first, recruiter).state is ScorecardState.SUBMITTED
    assert "Your decision about First" in client.get(told["next"]).text
    review(client, second)
    answer = client.post(f"/reviews/{second.id}/decide", data=CHOICE)  # without JavaScript
    assert answer.location == "/interviews" and "nothing left to review" in client.get("/interviews").text


def test_both_happen_or_neither(client, interview, recruiter):
    client.post(f"/reviews/{interview.id}/answers/1/played")
    client.post(f"/reviews/{interview.id}/answers/1", data={"score-c1": "4", "score-c2": "3"})
    refused = client.post(f"/reviews/{interview.id}/decide", data=CHOICE, headers=JSON)
    assert refused.status_code == 422 and "Question 2" in refused.get_json()["error"]["message"]
    client.get(f"/reviews/{interview.id}/answers/2")
    client.post(f"/reviews/{interview.id}/answers/2", data={"score-": "3"})
    for missing in ({**CHOICE, "reason": " "}, {**CHOICE, "outcome": "maybe"}):
        assert client.post(f"/reviews/{interview.id}/decide", data=missing, headers=JSON).status_code == 422
    assert db.session.scalars(sa.select(Decision)).all() == []
    assert operations.latest(interview, recruiter).state is ScorecardState.DRAFT
    assert client.post(f"/reviews/{interview.id}/decide", data={**CHOICE, "then": ""}).location.endswith(interview.id)


def test_the_queue_goes_round_its_position_first(client, make, submit, recruiter):
    first, second, third = submit("First"), submit("Second"), submit("Third")
    other = make.interview(invitation=make.invitation(created_by=recruiter))
    other.state, other.submitted_at = first.state, first.submitted_at
    db.session.commit()

    def after(each):
        return client.get(f"/reviews/following?after={each.id}").location

    assert after(second) == f"/reviews/{third.id}/answers/1"
    assert after(third) == f"/reviews/{first.id}/answers/1", "round to those who wait longest"
    assert queue.count_for(recruiter, first.position_id) == 3
    for each in (first, second):
        review(client, each)
        client.post(f"/reviews/{each.id}/submit")
    assert after(third) == f"/reviews/{other.id}/answers/1", "then other positions"


def test_where_to_next_says_nothing_of_others_interviews(client, make, sign_in, interview):
    sign_in(make.user())
    assert client.get(f"/reviews/following?after={interview.id}").location == "/interviews"
    assert db.session.scalars(sa.select(Scorecard)).all() == []


def test_the_overview(client, interview):
    page = client.get(f"/reviews/{interview.id}").text
    assert "Review the answers" in page and "Full analysis" in page and "are hidden until" in page
    review(client, interview)
    client.post(f"/reviews/{interview.id}/decide", data={**CHOICE, "then": ""})
    page = client.get(f"/reviews/{interview.id}").text
    assert "Named the cause" in page and "1. Problem solving" in page and "Advance." in page
