"""Scorecards: filled in before any reading shows, kept in versions, one a reviewer."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews.models import InterviewState
from webapp.reviews import operations
from webapp.reviews.models import Scorecard, ScorecardState
from webapp.reviews.operations import Given, ReviewError

#: What only a machine says of the sample interview.
SECRETS = ("face-track", "Blinks", "syllables per second", "Openness", "face-test", "Evidence found", "0.93")


def card_address(interview):
    return f"/reviews/{interview.id}/scorecard"


def report_of(client, interview):
    return client.get(f"/reports/{interview.id}").text


def secrets_in(text):
    """Those that a page says. A moment may have any digits, as 10:40:30.93 does."""
    text = re.sub(r"\d\d:\d\d:\d\d\.\d+", "", text)
    return [secret for secret in SECRETS if secret in text]


def test_no_reading_shows_before_the_scorecard_is_in(client, interview, form):
    answer_id = interview.answers[0].id
    for address in ("", "/figures.json", f"/figures.json?answer={answer_id}", "/report.json"):
        assert not secrets_in(client.get(f"/reports/{interview.id}{address}").text), address
    assert not secrets_in(client.get(card_address(interview)).text)
    page = report_of(client, interview)
    assert "<video" in page and "are hidden until" in page and "I like to solve problems" in page
    client.post(card_address(interview), data=form(then="keep"))
    assert "face-track" not in report_of(client, interview), "a draft opens nothing"
    client.post(card_address(interview), data=form(then="submit"))
    page = report_of(client, interview)
    assert "face-track" in page and page.index("Reviews and decision") < page.index("face-track")
    assert client.get(f"/reports/{interview.id}/report.json").get_json()["readings_hidden"] is False


def test_skipping_is_said_and_opens_the_readings(client, interview):
    client.post(f"/reviews/{interview.id}/skip")
    page = report_of(client, interview)
    assert "face-track" in page and "Fill in a scorecard" in page and "Record a decision" not in page
    assert client.get(f"/reports/{interview.id}/report.json").get_json()["people"]["skipped_scorecard"] is True
    client.post(f"/reviews/{interview.id}/skip")
    assert db.session.scalar(sa.select(sa.func.count(Scorecard.id))) == 1


def test_each_reviewer_is_blind_by_themselves(client, make, sign_in, interview, form):
    client.post(card_address(interview), data=form(score=5, summary="Strong on problems.", then="submit"))
    sign_in(make.user(Role.ADMIN))
    page = report_of(client, interview)
    assert "Strong on problems" not in page and "face-track" not in page
    client.post(card_address(interview), data=form(score=2, then="submit"))
    page = report_of(client, interview)
    assert "Strong on problems" in page and "2 to 5" in page and "discuss this" in page


def test_a_draft_is_kept_and_shown_to_its_reviewer_alone(client, make, sign_in, interview, form):
    question = interview.question_set.questions[0]
    client.post(card_address(interview), data={f"note-{question.id}": "<b>to think about</b>", "then": "keep"})
    page = client.get(card_address(interview)).text
    assert "&lt;b&gt;to think about" in page
    sign_in(make.user(Role.ADMIN))
    assert "to think about" not in client.get(card_address(interview)).text


def test_a_score_or_a_reason_is_needed_for_every_question(client, interview, form):
    question = interview.question_set.questions[1]
    data = form(then="submit") | {f"score-{question.id}": "", f"note-{question.id}": " "}
    answer = client.post(card_address(interview), data=data)
    assert answer.status_code == 422 and "Question 2: give a score" in answer.text
    assert "face-track" not in report_of(client, interview)
    data[f"note-{question.id}"] = "The sound broke off."
    assert client.post(card_address(interview), data=data).status_code == 302
    assert "not rated" in report_of(client, interview) and "The sound broke off." in report_of(client, interview)


def test_what_was_submitted_stays_and_a_change_is_a_version(client, interview, form):
    client.post(card_address(interview), data=form(score=2, then="submit"))
    refused = client.post(card_address(interview), data=form(score=5, then="submit"))
    assert refused.status_code == 422 and "create a new version" in refused.text
    client.post(f"/reviews/{interview.id}/scorecard/new-version")
    client.post(card_address(interview), data=form(score=3, then="submit"))
    cards = db.session.scalars(sa.select(Scorecard).order_by(Scorecard.version)).all()
    assert [(card.version, card.ratings[0].score, card.after_readings) for card in cards] == [
        (1, 2, False),
        (2, 3, True),
    ]
    page = report_of(client, interview)
    assert "version 2" in page and "after seeing the analyses" in page
    exported = client.get(f"/reports/{interview.id}/report.json").get_json()["people"]["scorecards"]
    assert [(card["version"], card["ratings"][0]["score"]) for card in exported] == [(2, 3)]


def test_a_new_version_in_the_making_leaves_the_submitted_one_in_place(client, interview, form):
    client.post(card_address(interview), data=form(score=2, then="submit"))
    client.post(f"/reviews/{interview.id}/scorecard/new-version")
    page = report_of(client, interview)
    assert "A little of it, without an example" in page and "Record a decision" in page and "face-track" in page


@pytest.mark.parametrize("score", ["0", "6", "-1", "4.5", "five", "4 "])
def test_a_score_off_the_scale_is_refused(client, interview, form, score):
    question = interview.question_set.questions[0]
    assert client.post(card_address(interview), data=form() | {f"score-{question.id}": score}).status_code == 400
    with pytest.raises(ReviewError):
        operations.save(interview, interview.invitation.created_by, {question.id: Given(9)}, "")


def test_notes_are_bounded(client, interview, form):
    answer = client.post(card_address(interview), data=form(summary="x" * 5001))
    assert answer.status_code == 422 and "too long" in answer.text


@pytest.mark.parametrize("path", ["scorecard", "scorecard/new-version", "skip", "points", "decisions"])
def test_somebody_elses_interview_is_not_there(client, make, sign_in, interview, path):
    address = f"/reviews/{interview.id}/{path}"
    for role in (Role.RECRUITER, Role.CANDIDATE):
        sign_in(make.user(role))
        assert client.post(address).status_code == 404
        assert client.get(card_address(interview)).status_code == 404
    client.post("/sign-out")
    assert client.post(address).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count(Scorecard.id))) == 0


def test_practice_and_unfinished_interviews_have_no_scorecard(client, make, sign_in, recruiter):
    person = make.user()
    practice = make.practice(person)
    unfinished = make.interview(invitation=make.invitation(created_by=recruiter))
    sign_in(person)
    assert client.get(card_address(practice)).status_code == 404
    assert client.post(f"/reviews/{practice.id}/skip").status_code == 404
    sign_in(recruiter)
    assert unfinished.state is InterviewState.OPEN and client.get(card_address(unfinished)).status_code == 404
    for interview in (practice, unfinished):
        with pytest.raises(ReviewError):
            operations.skip(interview, recruiter)


def test_who_practises_sees_readings_at_once(client, make, sign_in, run_all):
    from tests.webapp.analysis.samples import answer_all

    person = sign_in(make.user(Role.CANDIDATE))
    practice = answer_all(make, make.practice(person))
    run_all(practice)
    page = report_of(client, practice)
    assert "face-track" in page and "Reviews and decision" not in page
    assert client.get(f"/reports/{practice.id}/report.json").get_json()["people"] is None


def test_deleting_the_interview_deletes_what_people_said(client, interview, form):
    client.post(card_address(interview), data=form(then="submit"))
    db.session.execute(sa.delete(Scorecard).where(Scorecard.interview_id == interview.id))
    db.session.commit()
    assert operations.latest(interview, interview.invitation.created_by) is None
    card = operations.save(interview, interview.invitation.created_by, {}, "")
    assert card.version == 1 and card.state is ScorecardState.DRAFT


def test_a_script_saves_what_is_typed_and_submits_nothing(client, interview, form):
    page = client.get(card_address(interview)).text
    assert "data-saved" in page and "Save draft" in page and "scorecard-" in page
    asked = {"Accept": "application/json"}
    some = {name: value for name, value in form(score=2).items() if name.startswith("score")}
    for summary in ("Half a", "Half a sentence"):
        answer = client.post(card_address(interview), data=some | {"summary": summary}, headers=asked)
        assert answer.status_code == 200 and answer.get_json() == {"version": 1, "state": "draft"}
    card = db.session.scalars(sa.select(Scorecard)).one()
    assert card.summary == "Half a sentence" and {rating.score for rating in card.ratings} == {2}
    page = client.get(card_address(interview)).text
    assert "Half a sentence" in page and page.count(" checked") == len(card.ratings)
    refused = client.post(card_address(interview), data={"summary": "x" * 5001}, headers=asked)
    assert refused.status_code == 422 and "too long" in refused.get_json()["error"]["message"]
    client.post(card_address(interview), data=form(then="submit"))
    refused = client.post(card_address(interview), data=some, headers=asked)
    assert refused.status_code == 422 and "new version" in refused.get_json()["error"]["message"]
    assert "data-saved" not in client.get(card_address(interview)).text
