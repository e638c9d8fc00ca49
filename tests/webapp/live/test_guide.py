"""A live interview is reviewed as a recorded one: guide, private notes, blind scorecards, queue, decision."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webapp.core.database import db, now
from webapp.interviews.models import InterviewState, Outcome
from webapp.live import guide, operations
from webapp.live.operations import RoomError
from webapp.organisations.models import TeamRole
from webapp.reports.operations import build
from webapp.reviews import deciding, queue
from webapp.reviews import operations as reviews
from webapp.reviews.operations import Given


@pytest.fixture
def people(make):
    return [make.user() for _person in range(3)]


@pytest.fixture
def room(make, people):
    team = make.team(*zip(people, (TeamRole.RECRUITER, TeamRole.REVIEWER, TeamRole.OBSERVER), strict=True))
    position = make.position(team=team, created_by=people[0])
    return operations.make_room(
        title="Talk", owner=people[0], until=now() + timedelta(hours=1), position=position, candidate_name="Kim"
    )


def test_notes_have_a_time_and_are_for_their_writer_alone(client, sign_in, make, room, people):
    questions = make.question_set("text")
    guide.choose(room, questions)
    candidate = operations.enter(room, name="Kim", candidate=True)
    candidate.joined_at = now() - timedelta(seconds=75)
    db.session.commit()
    sign_in(people[0])
    page = f"/live/rooms/{room.id}/guide"
    form = {"text": "Asked back twice.", "question": questions.questions[0].id}
    assert "1:1" in client.post(f"{page}/notes", data=form, follow_redirects=True).text
    assert "Asked back twice." in client.get(page).text and "An example." in client.get(page).text
    sign_in(people[1])
    assert "Asked back twice." not in client.get(page).text
    for person in (people[2], make.user()):
        sign_in(person)
        assert client.get(page).status_code == 404, "observers and outsiders take no notes"


def test_the_call_is_scored_once_and_goes_the_way_of_all(client, sign_in, make, room, people):
    with pytest.raises(RoomError, match="Choose the questions"):
        guide.scored_interview(room, by=people[0])
    guide.choose(room, make.question_set("text"))
    with pytest.raises(RoomError, match="not been in this call"):
        guide.scored_interview(room, by=people[0])
    operations.enter(room, name="Kim", candidate=True)
    db.session.commit()
    sign_in(people[1])
    answer = client.post(f"/live/rooms/{room.id}/score")
    interview = room.scored
    assert answer.location == f"/reviews/{interview.id}/scorecard" and interview.state is InterviewState.SUBMITTED
    assert client.get(answer.location).status_code == 200
    assert guide.scored_interview(room, by=people[0]) is interview
    assert build(interview.id) is not None
    assert queue.next_for(people[0], room.position_id) is interview
    for person in people[:2]:
        given = {interview.question_set.questions[0].id: Given(4, "Clear.")}
        reviews.submit(reviews.save(interview, person, given, ""))
    decision = deciding.decide(interview, Outcome.ADVANCE, "Clear.", by=people[0])
    assert len(decision.record["scorecards"]) == 2
    with pytest.raises(RoomError, match="stay"):
        guide.choose(room, make.question_set("text"))
