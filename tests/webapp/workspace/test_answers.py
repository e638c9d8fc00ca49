"""The workspace at one answer: opened answers are recorded, scores are kept one by one, and fragments are whole."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import WORDS
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.organisations.models import TeamRole
from webapp.reviews import openings, operations, scoring
from webapp.reviews.models import AnswerOpening, Scorecard, ScorecardState

JSON = {"Accept": "application/json"}


def at(interview, number=1):
    return f"/reviews/{interview.id}/answers/{number}"


def without_tokens(html):
    return re.sub(r"\s+", " ", re.sub(r'name="csrf_token" value="[^"]*"', "", html))


def test_an_answer_shows_with_its_guide_and_nothing_of_machines(client, interview):
    page = client.get(at(interview)).text
    assert "<video" in page and "Problem solving" in page and "Collaboration" in page
    assert "Found the cause and kept it away" in page and "Names the problem" in page
    assert "Most of it, with an example" in page, "a level without words has those of the scale"
    assert "Hidden until you submit" in page and "Open the full analysis" not in page
    assert WORDS[:40] not in page and WORDS[:40] in client.get(at(interview, 2)).text


def test_a_background_that_was_blurred_is_said_beside_the_recording(client, interview):
    words = "The face itself is not changed, but its edges may be."
    assert words not in client.get(at(interview)).text
    interview.answers[0].takes[0].recording.blurred = True
    db.session.commit()
    assert words in client.get(at(interview)).text


def test_opening_is_recorded_once_and_by_person(client, make, sign_in, interview, recruiter):
    assert [q.position for q in openings.unopened(interview, recruiter)] == [1, 2]
    client.get(at(interview))
    assert db.session.scalars(sa.select(AnswerOpening)).all() == [], "a recording without words has to be played"
    told = client.post(f"{at(interview)}/played", headers=JSON).get_json()
    assert told["unopened"] == [2] and "Answer 2 was not opened" in told["words"]
    for _ in range(2):
        client.get(at(interview, 2), headers={"X-Fragment": "1"})
    assert sorted(row.times for row in db.session.scalars(sa.select(AnswerOpening))) == [1, 2]
    assert openings.unopened(interview, recruiter) == []
    admin = sign_in(make.user(Role.ADMIN))
    assert [q.position for q in openings.unopened(interview, admin)] == [1, 2]
    assert client.post(f"{at(interview)}/played").location.endswith("/answers/1"), "without a script"


def test_a_fragment_is_the_answer_alone(client, interview):
    part = client.get(at(interview, 2), headers={"X-Fragment": "1"})
    assert "X-Fragment" in part.headers["Vary"] and "<html" not in part.text and 'id="ws-decide"' not in part.text
    assert without_tokens(part.text.strip()) in without_tokens(client.get(at(interview, 2)).text)


def test_scores_are_kept_one_by_one(client, interview, recruiter):
    first = client.post(at(interview), data={"score-c1": "4"}, headers=JSON).get_json()
    assert first["unrated"] == [1, 2] and first["ready"] is False
    client.post(at(interview), data={"score-c2": "2", "note": " Asked twice. "}, headers=JSON)
    told = client.post(at(interview, 2), data={"score-": "5"}, headers=JSON).get_json()
    card = operations.latest(interview, recruiter)
    first, second = interview.question_set.questions
    assert told["unrated"] == [] and card.state is ScorecardState.DRAFT
    assert scoring.scores_of(card, first) == {"c1": 4, "c2": 2} and scoring.note_of(card, first) == "Asked twice."
    assert scoring.scores_of(card, second) == {"": 5}
    client.post(at(interview), data={"score-c1": ""}, headers=JSON)
    db.session.refresh(card)
    assert scoring.scores_of(card, first) == {"c1": None, "c2": 2} and scoring.note_of(card, first) == "Asked twice."


@pytest.mark.parametrize("data", [{"score-c9": "3"}, {"score-": "3"}, {"note": "x" * 5001}])
def test_what_the_guide_does_not_have_is_refused(client, interview, data):
    assert client.post(at(interview), data=data, headers=JSON).status_code == 422
    assert client.post(at(interview), data=data).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count(Scorecard.id))) == 0


def test_a_score_off_the_scale_is_bad_input(client, interview):
    for value in ("0", "6", "four", "4 "):
        assert client.post(at(interview), data={"score-c1": value}, headers=JSON).status_code == 400


def test_what_was_submitted_stays(client, interview, recruiter):
    for number, data in ((1, {"score-c1": "4", "score-c2": "4"}), (2, {"score-": "3"})):
        client.post(at(interview, number), data=data)
    client.post(f"/reviews/{interview.id}/submit")
    assert operations.latest(interview, recruiter).state is ScorecardState.SUBMITTED
    assert client.post(at(interview), data={"score-c1": "1"}, headers=JSON).status_code == 422
    assert "Open the full analysis" in client.get(at(interview)).text


def test_colleagues_scores_show_after_ones_own(client, make, sign_in, interview):
    for number, data in ((1, {"score-c1": "5", "score-c2": "5"}), (2, {"score-": "5"})):
        client.post(at(interview, number), data=data)
    client.post(f"/reviews/{interview.id}/submit")
    sign_in(make.user(Role.ADMIN))
    assert "Rosa Moreau: 5" not in client.get(at(interview)).text
    for number, data in ((1, {"score-c1": "2", "score-c2": "2"}), (2, {"score-": "2"})):
        client.post(at(interview, number), data=data)
    client.post(f"/reviews/{interview.id}/submit")
    assert "Rosa Moreau: 5" in client.get(at(interview)).text


def test_who_may_not_review_finds_nothing(client, make, sign_in, interview):
    for path in ("", "/answers/1", "/answers/2"):
        for role in (Role.RECRUITER, Role.CANDIDATE):
            sign_in(make.user(role))
            assert client.get(f"/reviews/{interview.id}{path}").status_code == 404
    for path in ("answers/1", "answers/1/played", "decide", "submit"):
        assert client.post(f"/reviews/{interview.id}/{path}").status_code == 404
    client.post("/sign-out")
    assert client.get(at(interview)).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count(AnswerOpening.id))) == 0


def test_an_answer_that_there_is_not(client, interview):
    for number in (0, 3, 99):
        assert client.get(at(interview, number)).status_code == 404


def test_observers_look_at_the_overview_and_score_nothing(client, make, interview, sign_in):
    observer = make.user(name="Olu Adeyemi")
    interview.position.team = make.team((interview.position.created_by, TeamRole.OWNER), (observer, TeamRole.OBSERVER))
    db.session.commit()
    sign_in(observer)
    page = client.get(f"/reviews/{interview.id}/answers/1", follow_redirects=True)
    assert page.request.path == f"/reviews/{interview.id}" and "Review the answers" not in page.text
    assert f"/reports/{interview.id}#answer-1" in page.text
    assert client.post(f"/reviews/{interview.id}/answers/1", data={"note": "x"}).status_code == 404


def test_who_may_not_decide_is_asked_for_a_scorecard_alone(client, make, interview, sign_in):
    reviewer = make.user(name="Rui Alves")
    interview.position.team = make.team((interview.position.created_by, TeamRole.OWNER), (reviewer, TeamRole.REVIEWER))
    db.session.commit()
    sign_in(reviewer)
    page = client.get(f"/reviews/{interview.id}/answers/1").text
    assert 'id="ws-decide"' not in page and "Submit scorecard" in page
