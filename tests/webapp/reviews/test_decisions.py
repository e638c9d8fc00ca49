"""Deciding: after opening the answers, with whoever must approve, and once more where a candidate asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp.core import events
from webapp.core.database import db, now
from webapp.interviews.models import InterviewState, Outcome
from webapp.organisations.models import Team, TeamRole
from webapp.positions.models import ReviewState
from webapp.reviews import deciding, explanation, openings, operations, requests
from webapp.reviews.models import AnswerOpening, Decision, DecisionState
from webapp.reviews.operations import Given, ReviewError


@pytest.fixture
def people(make):
    """Three who decide and one who reviews, in one team."""
    ours = [make.user() for _person in range(4)]
    roles = (TeamRole.OWNER, TeamRole.HIRING_MANAGER, TeamRole.RECRUITER, TeamRole.REVIEWER)
    make.team(*zip(ours, roles, strict=True), name="Deciders")
    return ours


@pytest.fixture
def interview(make, people):
    """Two written answers, submitted, that nobody has opened."""
    team = db.session.scalars(sa.select(Team).filter_by(name="Deciders")).one()
    position = make.position(team=team, created_by=people[0])
    invitation = make.invitation(position=position, question_set=make.question_set("text text"), created_by=people[0])
    interview = make.interview(invitation=invitation, state=InterviewState.SUBMITTED, submitted_at=now())
    for question in interview.question_set.questions:
        make.answer(interview, question, text="I listened, and then I looked.", text_saved_at=now())
    return interview


def open_all(interview, person):
    for answer in interview.answers:
        openings.note_opened(answer, person)


def score(interview, person, points: int = 3):
    given = {question.id: Given(points, "Said why.") for question in interview.question_set.questions}
    operations.submit(operations.save(interview, person, given, ""))


def ready(interview, *people):
    for person in people:
        open_all(interview, person)
        score(interview, person)


def test_nobody_decides_before_every_answer_was_opened(interview, people):
    score(interview, people[0])
    with pytest.raises(ReviewError, match="questions 1, 2 first"):
        deciding.decide(interview, Outcome.ADVANCE, "Good.", by=people[0])
    openings.note_opened(interview.answers[0], people[0])
    openings.note_opened(interview.answers[1], people[1])  # somebody else's opening does not count
    first = interview.answers[0].question.position
    with pytest.raises(ReviewError, match=f"question {3 - first} first"):
        deciding.decide(interview, Outcome.ADVANCE, "Good.", by=people[0])
    open_all(interview, people[0])
    assert deciding.decide(interview, Outcome.ADVANCE, "Good.", by=people[0]).state is DecisionState.FINAL
    assert (interview.review_state, interview.outcome) == (ReviewState.DECIDED, Outcome.ADVANCE)


def test_an_opening_is_kept_once_per_person_and_answer(interview, people):
    answer = interview.answers[0]
    for _time in range(3):
        openings.note_opened(answer, people[0])
    openings.note_opened(answer, people[1])
    rows = db.session.scalars(sa.select(AnswerOpening).where(AnswerOpening.answer_id == answer.id)).all()
    assert sorted((row.user_id, row.times) for row in rows) == sorted([(people[0].id, 3), (people[1].id, 1)])


def test_four_eyes_make_it_a_proposal_until_another_person_approves(interview, people):
    interview.position.four_eyes = True
    ready(interview, people[0], people[1])
    made = []
    with events.decision_made.connected_to(lambda _app, interview_id, decision_id: made.append(decision_id)):
        row = deciding.decide(interview, Outcome.DECLINE, "Not enough.", by=people[0])
        assert row.state is DecisionState.PROPOSED and interview.review_state is ReviewState.IN_REVIEW and not made
        assert deciding.current(interview) is None and deciding.still_to_approve(row) == [None]
        with pytest.raises(ReviewError, match="Another person"):
            deciding.approve(row, True, "", by=people[0])
        with pytest.raises(ReviewError, match="scorecard first"):
            deciding.approve(row, True, "", by=people[2])
        with pytest.raises(ReviewError, match="waits for approval"):
            deciding.decide(interview, Outcome.ADVANCE, "No!", by=people[1])
        deciding.approve(row, True, "", by=people[1])
        assert made == [row.id]
    assert deciding.current(interview) is row and interview.outcome is Outcome.DECLINE


def test_all_named_approvers_must_approve_and_one_may_return(interview, people):
    interview.position.approvers = [people[1], people[2]]
    ready(interview, *people[:3])
    first = deciding.decide(interview, Outcome.ADVANCE, "Yes.", by=people[0])
    deciding.approve(first, True, "", by=people[1])
    assert first.state is DecisionState.PROPOSED and deciding.still_to_approve(first) == [people[2]]
    with pytest.raises(ReviewError, match="why you return"):
        deciding.approve(first, False, " ", by=people[2])
    deciding.approve(first, False, "Question 2 is open.", by=people[2])
    assert first.state is DecisionState.RETURNED and interview.review_state is ReviewState.IN_REVIEW
    second = deciding.decide(interview, Outcome.HOLD, "Then hold.", by=people[1])  # their own approval is in it
    assert deciding.still_to_approve(second) == [people[2]]
    with pytest.raises(ReviewError, match="Only the approvers"):
        deciding.approve(second, True, "", by=people[0])
    deciding.approve(second, True, "", by=people[2])
    assert deciding.decisions_of(interview) == [second] and deciding.returned_of(interview) == [first]


def test_the_record_holds_what_was_known_and_by_which_versions(interview, people):
    ready(interview, people[0], people[1])
    known = deciding.decide(interview, Outcome.HOLD, "Later.", by=people[0]).record
    assert known["by"] == people[0].id and known["question_set"]["version"] == 1
    assert {card["by"] for card in known["scorecards"]} == {people[0].id, people[1].id}
    assert all(card["version"] == 1 and set(card["scores"].values()) == {3} for card in known["scorecards"])
    assert [set(answer["opened"]) for answer in known["answers"]] == [{people[0].id, people[1].id}] * 2
    assert known["consents"]["text"]["text_version"] == "test" and known["analyses"]["readings"] == []
    score_again = {question.id: Given(5, "More.") for question in interview.question_set.questions}
    operations.take_up(interview, people[0])
    operations.submit(operations.save(interview, people[0], score_again, ""))
    assert set(known["scorecards"][0]["scores"].values()) == {3}, "what changes later changes nothing in it"


def test_a_request_is_answered_by_another_person_and_both_decisions_stay(interview, people):
    ready(interview, people[0], people[1])
    first = deciding.decide(interview, Outcome.DECLINE, "Not enough.", by=people[0])
    asked = requests.ask(interview, "You did not hear my second answer.")
    assert requests.ask(interview, "Again") is asked
    assert timedelta(days=29) < asked.due_at - now() <= timedelta(days=30)
    assert interview.review_state is ReviewState.TO_REVIEW and deciding.current(interview) is first
    with pytest.raises(ReviewError, match="Another person has to decide"):
        deciding.decide(interview, Outcome.DECLINE, "Still not.", by=people[0])
    second = deciding.decide(interview, Outcome.ADVANCE, "Heard it now.", by=people[1])
    assert second.supersedes is first and deciding.decisions_of(interview)[0] is second
    assert (asked.answered_by, asked.closed_at is not None) == (second, True)
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 2


def test_nobody_can_ask_before_or_long_after_a_decision(interview, people):
    with pytest.raises(ReviewError):
        requests.ask(interview, "")
    ready(interview, people[0])
    row = deciding.decide(interview, Outcome.DECLINE, "No.", by=people[0])
    assert requests.may_ask(interview)
    row.final_at = now() - timedelta(days=91)
    db.session.flush()
    assert not requests.may_ask(interview)


def test_the_explanation_says_what_was_used_and_the_main_reasons(interview, people):
    open_all(interview, people[0])
    ids = {question.position: question.id for question in interview.question_set.questions}
    operations.submit(
        operations.save(interview, people[0], {ids[1]: Given(5, "Clear."), ids[2]: Given(2, "No example.")}, "")
    )
    told = explanation.explanation_of(deciding.decide(interview, Outcome.DECLINE, "No example.", by=people[0]))
    assert told.analyses == "No automated analyses were used." and told.outcome == "Reject"
    assert told.reasons[0].score == 2 and told.reasons[0].note == "No example."
    assert "2 written answers" in told.data and "2 answers opened by the person who decided" in told.data


def test_the_candidate_sees_the_decision_once_told_and_may_ask_for_another_look(
    client, interview, people, open_interview
):
    ready(interview, people[0])
    row = deciding.decide(interview, Outcome.DECLINE, "No example.", by=people[0])
    db.session.commit()
    open_interview(interview)
    page = f"/interview/{interview.id}/decision"
    assert client.get(page).status_code == 404
    assert "See the decision" not in client.get(f"/interview/{interview.id}/arrived").text
    deciding.note_told(row)
    assert "See the decision" in client.get(f"/interview/{interview.id}/arrived").text
    shown = client.get(page).text
    assert "No example." in shown and "No automated analyses were used." in shown
    client.post(page, data={"words": "Please look again."})
    assert requests.open_request(interview).words == "Please look again."
    assert "answers by" in client.get(page).text


def test_the_pages_lead_through_approval(client, sign_in, interview, people):
    interview.position.four_eyes = True
    ready(interview, people[0], people[1])
    db.session.commit()
    sign_in(people[0])
    client.post(f"/reviews/{interview.id}/decisions", data={"outcome": "advance", "reason": "Listened."})
    page = client.get(f"/reports/{interview.id}").text
    assert "It does not count until it is approved" in page and 'value="yes">Approve' not in page
    sign_in(people[1])
    assert "Approve the decision about" in client.get(f"/positions/{interview.position_id}").text
    assert 'value="yes">Approve' in client.get(f"/reports/{interview.id}").text
    row = deciding.proposal_of(interview)
    client.post(f"/reviews/{interview.id}/decisions/{row.id}/approval", data={"approved": "yes"})
    assert interview.review_state is ReviewState.DECIDED
    assert "Explanation for the candidate" in client.get(f"/reviews/{interview.id}/decisions/{row.id}").text
