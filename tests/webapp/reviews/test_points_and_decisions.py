"""Rubric points that people confirm or strike, and decisions that people make."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.interviews.models import Consent, InterviewState
from webapp.policy import Purpose
from webapp.reviews.models import Decision, PointVerdict

STORY = (
    "In my last job a customer rang and shouted that his order was wrong. I had to calm him down and find the mistake. "
    "I listened to him and then I checked the order line by line. In the end he thanked me and ordered again."
)
RUBRIC = "- Listens to the customer\n- Finds the cause of the mistake\n- Negotiates a lower price with the bank"


@pytest.fixture
def told(make, recruiter, run_all):
    """An assessment with one written answer that tells a story, and a rubric."""
    questions = make.question_set("text", state="draft")
    questions.questions[0].rubric = RUBRIC
    questions.questions[0].prompt = "Tell me about a time when a customer was angry."
    db.session.commit()
    interview = make.interview(invitation=make.invitation(created_by=recruiter, question_set=questions), country="FR")
    make.answer(interview, questions.questions[0], text=STORY, text_saved_at=now())
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    run_all(interview)
    return interview


def skip(client, interview):
    client.post(f"/reviews/{interview.id}/skip")
    return client.get(f"/reports/{interview.id}").text


def test_points_are_shown_with_their_quotes(client, told):
    page = skip(client, told)
    assert page.count("Possibly here") == 2 and "Negotiates a lower price" in page and "not found" not in page.lower()
    quotes = re.findall(r'<blockquote class="point-quote">(.*?)</blockquote>', page)
    assert len(quotes) == 2 and any("checked the order line by line" in quote for quote in quotes)
    assert '<span class="star-name">Result</span> In the end he thanked me' in page
    body = client.get(f"/reports/{told.id}/report.json").get_json()
    points = body["answers"][0]["content"]["points"]
    assert [point["found"] for point in points] == [True, True, False]
    for point in points[:2]:
        assert STORY[point["start"] : point["end"]] == point["quote"]
    assert "content" in {model["name"] for model in body["models"]}


def test_a_person_confirms_and_strikes_with_name_and_moment(client, make, sign_in, told, recruiter):
    skip(client, told)
    answer = told.answers[0]
    point = {"answer": answer.id, "point": "Listens to the customer"}
    for verdict in ("confirmed", "struck"):
        client.post(f"/reviews/{told.id}/points", data=point | {"verdict": verdict})
    missed = {"answer": answer.id, "point": "Negotiates a lower price with the bank", "verdict": "confirmed"}
    client.post(f"/reviews/{told.id}/points", data=missed)
    rows = db.session.scalars(sa.select(PointVerdict).order_by(PointVerdict.given_at)).all()
    assert [(row.verdict, row.was_found, row.by_id) for row in rows] == [
        ("confirmed", True, recruiter.id),
        ("struck", True, recruiter.id),
        ("confirmed", False, recruiter.id),
    ]
    page = client.get(f"/reports/{told.id}").text
    assert page.count("Rejected</span>") == 1 and page.count("Confirmed</span>") == 1 and f"by {recruiter.name}" in page
    exported = client.get(f"/reports/{told.id}/report.json").get_json()["people"]["points"]
    assert {(row["verdict"], row["by"]) for row in exported} == {
        ("struck", recruiter.name),
        ("confirmed", recruiter.name),
    }


def test_only_points_of_the_rubric_and_answers_of_the_interview(client, make, told):
    address, answer = f"/reviews/{told.id}/points", told.answers[0]
    good = {"answer": answer.id, "point": "Listens to the customer", "verdict": "confirmed"}
    assert client.post(address, data=good).status_code == 404, "not before one's own scorecard"
    skip(client, told)
    assert client.post(address, data=good | {"verdict": "maybe"}).status_code == 400
    other = answer_all(make, make.interview()).answers[0]
    assert client.post(address, data=good | {"answer": other.id}).status_code == 404
    client.post(address, data=good | {"point": "Is nice"})
    assert db.session.scalar(sa.select(sa.func.count(PointVerdict.id))) == 0


def test_without_the_consent_to_text_nothing_is_looked_for(client, told):
    skip(client, told)
    told.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
    db.session.commit()
    for address in (f"/reports/{told.id}", f"/reports/{told.id}/report.json"):
        text = client.get(address).text
        assert "Possibly here" not in text and "similarity" not in text and "star-name" not in text


def test_a_changed_text_has_no_old_quotes(client, told):
    skip(client, told)
    told.answers[0].text = "Something else entirely, that was corrected afterwards."
    db.session.commit()
    assert "point-quote" not in client.get(f"/reports/{told.id}").text


def test_who_practises_sees_advice_and_never_the_rubric(client, make, sign_in, run_all):
    person = sign_in(make.user(Role.CANDIDATE))
    questions = make.question_set("text", state="draft")
    questions.questions[0].rubric, questions.questions[0].prompt = RUBRIC, "Describe a time when you helped a customer."
    db.session.commit()
    practice = make.practice(person, question_set=questions)
    words = STORY.rsplit("In the end", 1)[0] + "Um, and, um, I guess, uh, that was, um, kind of it, you know, um."
    make.answer(practice, questions.questions[0], text=words, text_saved_at=now())
    practice.state, practice.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    run_all(practice)
    page = client.get(f"/reports/{practice.id}").text
    assert "You wrote “um” 4 times" in page and "You gave no result" in page
    for text in (page, client.get(f"/reports/{practice.id}/report.json").text):
        assert "Negotiates a lower price" not in text


def submit(client, interview):
    data = {f"score-{question.id}": "4" for question in interview.question_set.questions} | {"then": "submit"}
    client.post(f"/reviews/{interview.id}/scorecard", data=data)


def open_answers(client, interview):
    for answer in interview.answers:
        assert client.post(f"/reviews/{interview.id}/answers/{answer.id}/opened").status_code == 204


def test_a_decision_has_a_name_and_a_reason(client, told, recruiter):
    submit(client, told)
    open_answers(client, told)
    address = f"/reviews/{told.id}/decisions"
    client.post(address, data={"outcome": "advance", "reason": " "})
    client.post(address, data={"outcome": "hire", "reason": "Good."})
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0
    client.post(address, data={"outcome": "hold", "reason": "Ask about prices again."})
    client.post(address, data={"outcome": "advance", "reason": "Listened, and found the cause."})
    page = client.get(f"/reports/{told.id}").text
    assert "Advance.</strong> Decided by " + recruiter.name in page and "Earlier decisions" in page
    exported = client.get(f"/reports/{told.id}/report.json").get_json()["people"]["decisions"]
    assert [row["outcome"] for row in exported] == ["advance", "hold"]


def test_nobody_decides_without_a_scorecard(client, told):
    skip(client, told)
    address = f"/reviews/{told.id}/decisions"
    answer = client.post(address, data={"outcome": "decline", "reason": "No."}, follow_redirects=True)
    assert "Submit your own scorecard first" in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Decision.id))) == 0
