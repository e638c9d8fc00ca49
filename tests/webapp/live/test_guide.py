"""A live interview is reviewed as a recorded one: guide, private notes, blind scorecards, queue, decision."""

from __future__ import annotations

from datetime import timedelta

import flask_migrate
import pytest

from webapp.core import events
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


@pytest.fixture
def heard():
    """The interviews that others were told to be in."""
    ids: list[str] = []

    def hear(_app: object, *, interview_id: str) -> None:
        ids.append(interview_id)

    with events.interview_submitted.connected_to(hear):
        yield ids


SCRIPT = {"Accept": "application/json"}


def test_interviewers_have_the_guide_in_the_call_and_score_as_they_listen(client, sign_in, make, room, people, heard):
    questions = make.question_set("text")
    guide.choose(room, questions)
    db.session.commit()
    question = questions.questions[0]
    form = {f"score-{question.id}": "4", f"note-{question.id}": "Named the index."}
    scores = f"/live/rooms/{room.id}/guide/scores"
    sign_in(people[0])
    call = f"/live/rooms/{room.id}/call"
    operations.enter(room, name="Host", user=people[0])
    db.session.commit()
    assert 'id="panel-guide"' in client.get(call).text
    early = client.post(scores, data=form, headers=SCRIPT)
    assert early.status_code == 403 and "has not been in this call" in early.json["error"]["message"]
    assert room.scored is None
    kim = operations.enter(room, name="Kim", candidate=True)
    db.session.commit()
    assert client.post(scores, data=form, headers=SCRIPT).json == {"version": 1, "state": "draft"}
    assert "Named the index." in client.get(call).text
    assert "Named the index." in client.get(f"/live/rooms/{room.id}/guide", headers={"X-Fragment": "1"}).text
    assert client.post(scores, data={f"score-{question.id}": "9"}, headers=SCRIPT).status_code == 400

    # A colleague scores blind; observers, outsiders and the candidate have no guide.
    operations.enter(room, name="Reviewer", user=people[1])
    operations.enter(room, name="Observer", user=people[2])
    db.session.commit()
    sign_in(people[1])
    page = client.get(call).text
    assert 'id="panel-guide"' in page and "Named the index." not in page
    for person in (people[2], make.user()):
        sign_in(person)
        assert client.post(scores, data=form, headers=SCRIPT).status_code == 404
    sign_in(people[2])
    assert 'id="panel-guide"' not in client.get(call).text
    client.post("/sign-out")
    with client.session_transaction() as session:
        session["live"] = {room.id: [room.link_number, True, kim.id]}
    page = client.get(call)
    assert page.status_code == 200 and 'id="panel-guide"' not in page.text and "An example." not in page.text

    # Nobody is told in the middle of the call; once it is over, once.
    guide.settle()
    assert heard == []
    operations.close(room)
    guide.settle()
    guide.settle()
    assert heard == [room.scored.id]


def test_what_is_submitted_stays_and_other_questions_come_without_leaving_the_call(client, sign_in, make, room, people):
    first, second = make.question_set("text"), make.question_set("text")
    sign_in(people[0])
    part = {"X-Fragment": "1"}
    where = f"/live/rooms/{room.id}/guide"
    chosen = client.post(f"{where}/questions", data={"question_set": first.id}, headers=part)
    assert chosen.status_code == 200 and "<html" not in chosen.text and "An example." in chosen.text
    noted = client.post(f"{where}/notes", data={"text": "Slow start."}, headers=part)
    assert noted.status_code == 200 and "Slow start." in noted.text
    refused = client.post(f"{where}/notes", data={"text": " "}, headers={**part, **SCRIPT})
    assert refused.status_code == 403 and "Write a note" in refused.json["error"]["message"]
    operations.enter(room, name="Kim", candidate=True)
    db.session.commit()
    question = first.questions[0]
    given = {question.id: Given(4, "Clear.")}
    reviews.submit(guide.score(room, people[0], given))
    db.session.commit()
    again = client.post(f"{where}/scores", data={f"score-{question.id}": "1"}, headers=SCRIPT)
    assert again.status_code == 422 and "submitted" in again.json["error"]["message"]
    assert "disabled" in client.get(where).text
    assert client.post(f"{where}/questions", data={"question_set": second.id}, headers=part).status_code == 403


def test_calls_that_were_scored_before_are_not_told_of_again(app):
    """The migration goes up and down with a room that was scored and one that was not."""
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision="7d3a5e90c1b4")
    with db.engine.begin() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO users (id, role, name, email, created_at, active, password_hash) "
            "VALUES ('u', 'candidate', 'Kim', 'kim@viva.example', '2026-01-01', 1, '')")  # fmt: skip
        run("INSERT INTO question_sets (id, lineage, version, title, introduction, state, created_at, created_by_id) "
            "VALUES ('q', 'q', 1, 'Talk', '', 'published', '2026-01-01', 'u')")  # fmt: skip
        run("INSERT INTO interviews (id, mode, state, candidate_name, question_set_id, started_at, submitted_at, candidate_id) "
            "VALUES ('i', 'practice', 'submitted', 'Kim', 'q', '2026-01-02', '2026-01-03', 'u')")  # fmt: skip
        for room, scored in (("a", "i"), ("b", None)):
            run("INSERT INTO live_rooms (id, title, mode, owner_id, candidate_name, link_number, created_at, "
                "expires_at, scored_id) VALUES (?, 'Talk', 'practice', 'u', 'Kim', 1, '2026-01-01', '2026-01-02', ?)",
                (room, scored))  # fmt: skip
    flask_migrate.upgrade(revision="5c0d8e2f7a91")
    with db.engine.begin() as connection:
        told = dict(connection.exec_driver_sql("SELECT id, scored_told_at FROM live_rooms").all())
        assert str(told["a"]).startswith("2026-01-03") and told["b"] is None
    flask_migrate.downgrade(revision="7d3a5e90c1b4")
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM live_rooms").scalar() == 2
