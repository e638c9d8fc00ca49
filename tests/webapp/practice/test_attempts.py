"""Attempts at the same practice beside each other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ml.core.readings import ContentReading
from tests.webapp.analysis.samples import answer_all, speech_reading, version
from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.interviews.models import InterviewState
from webapp.practice import attempts, operations


@pytest.fixture
def candidate(make, sign_in):
    return sign_in(make.user(Role.CANDIDATE))


@pytest.fixture
def words(monkeypatch):
    """What is read in every text: change its entries."""
    said = {"habits": {"words": 90, "fillers": 0, "hedges": 0, "vague": 0}, "points": [], "parts": []}

    def read(text, rubric=""):
        points = [{"point": point, "found": False} for point in rubric.splitlines()]
        return ContentReading(model=version("content"), coverage=1.0, **{**said, "points": points})

    monkeypatch.setattr("ml.content.infer.read", read)
    return said


@pytest.fixture
def attempt(make, candidate, models, run_all, words):
    """One more attempt of the candidate at the built-in questions, ``minutes`` after the first."""

    def attempt(minutes: int = 0, by=None, analysed: bool = True):
        interview = make.practice(by or candidate, question_set=operations.built_in_set(candidate))
        if analysed:
            run_all(answer_all(make, interview))
        interview.state = InterviewState.SUBMITTED
        interview.submitted_at = now() - timedelta(days=1) + timedelta(minutes=minutes)
        db.session.commit()
        return interview

    return attempt


def test_attempts_are_compared_in_order_and_one_thing_is_said(client, attempt, models):
    models["speech"] = speech_reading(quality={"speech_over_noise_db": 9.0})
    attempt()
    models["speech"] = speech_reading(quality={"speech_over_noise_db": 28.0})
    second = attempt(5)
    page = client.get(f"/practice/{second.id}/attempts").text
    assert page.index("9 dB") < page.index("28 dB")
    assert "4.2" in page and "0 of 2 recognised" in page
    assert page.count('id="step-title"') == 1
    assert "What was suggested after the attempt before: Be easier to hear" in page


def test_an_attempt_is_compared_with_those_before_it_and_no_more_than_a_few(attempt, candidate, make):
    made = [attempt(minutes, analysed=False) for minutes in range(6)]
    attempt(by=make.user(Role.CANDIDATE), analysed=False)
    assert attempts.attempts_until(made[2]) == made[:3]
    assert attempts.attempts_until(made[5]) == made[2:]


def test_what_is_not_known_is_said_with_its_reason(client, make, candidate, run_all, words):
    interview = make.practice(candidate, "recording", question_set=operations.built_in_set(candidate))
    run_all(answer_all(make, interview))
    page = client.get(f"/practice/{interview.id}/attempts").text
    assert "Nothing to suggest yet" in page and "not known" in page
    assert "Voice: The candidate did not consent to an analysis of vocal expression." in page
    assert "Words: The candidate did not consent to an analysis of words." in page


def test_the_guide_of_questions_that_people_are_invited_to_stays_secret(client, make, candidate, run_all, words):
    interview = make.practice(candidate, question_set=make.question_set("text"))
    run_all(answer_all(make, interview))
    assert interview.question_set.questions[0].rubric == "An example."
    page = client.get(f"/practice/{interview.id}/attempts").text
    assert "An example." not in page and "recognised</td>" not in page


def test_an_attempt_is_ones_own_alone(client, make, sign_in, attempt):
    interview = attempt()
    assert client.get(f"/practice/{interview.id}/attempts").status_code == 200
    assert f"/practice/{interview.id}/attempts" in client.get("/practice").text
    assert f"/practice/{interview.id}/attempts" in client.get(f"/reports/{interview.id}").text
    for role in (Role.CANDIDATE, Role.RECRUITER, Role.ADMIN):
        sign_in(make.user(role))
        assert client.get(f"/practice/{interview.id}/attempts").status_code == 404


def test_before_it_is_submitted_the_report_says_so(client, make, candidate):
    interview = make.practice(candidate)
    assert client.get(f"/practice/{interview.id}/attempts").location.endswith(f"/reports/{interview.id}")
