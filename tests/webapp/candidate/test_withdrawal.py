"""Withdrawing consent: said before what goes, said after what went, and no blame for it in front of reviewers."""

from __future__ import annotations

import re

import pytest

from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.analysis.models import AnalysisState
from webapp.analysis.operations import analyses_of
from webapp.core.database import db
from webapp.interviews.models import Answer
from webapp.policy import Modality, Purpose

__all__ = ["models", "run_all"]


@pytest.fixture
def recruiter(make):
    return make.user()


@pytest.fixture
def interview(make, recruiter, open_interview):
    """A submitted interview with two recordings and a written answer, which the candidate may open."""
    return open_interview(answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter))))


def withdraw(client, interview, **kept):
    return client.post(f"/interview/{interview.id}/consents", data=kept, follow_redirects=True).text


def test_it_is_asked_once_more_and_says_what_goes(client, interview, run_all):
    run_all(interview)
    page = withdraw(client, interview, text="yes", voice="yes", face="yes")
    assert "your recordings of questions 1, 2" in page and "the analysis of your voice" in page
    assert "What you wrote stays." in page and "must not count against you" in page
    db.session.expire_all()
    assert Purpose.RECORDING in interview.consented and interview.answers[0].takes
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(yes)"', page))
    assert form == {"confirmed": "yes", "text": "yes", "voice": "yes", "face": "yes"}
    page = withdraw(client, interview, **form)
    assert "Deleted: your recordings of questions 1, 2;" in page
    db.session.expire_all()
    assert Purpose.RECORDING not in interview.consented and not any(a.takes for a in interview.answers)


def test_one_analysis_goes_and_the_recordings_stay(client, interview, run_all):
    run_all(interview)
    page = withdraw(client, interview, recording="yes", text="yes", voice="yes")
    assert re.findall(r"<li>(the analysis[^<]*|your recording[^<]*)</li>", page) == [
        "the analysis of your facial expressions"
    ]
    page = withdraw(client, interview, recording="yes", text="yes", voice="yes", confirmed="yes")
    assert "Deleted: the analysis of your facial expressions." in page


def test_without_anything_stored_nothing_is_threatened(client, make, open_interview):
    interview = open_interview(make.interview())
    page = withdraw(client, interview)
    assert "Nothing has been stored that would be deleted." in page and "cannot be undone" not in page
    page = withdraw(client, interview, confirmed="yes")
    assert "Deleted:" not in page and "Your choices have been saved." in page


def test_agreeing_to_more_is_not_asked_twice(client, make, open_interview):
    interview = open_interview(make.interview(consents="text"))
    assert "Your choices have been saved." in withdraw(client, interview, text="yes", recording="yes")


def test_what_was_read_in_spoken_words_goes_with_the_recording(client, interview, run_all):
    run_all(interview)
    spoken = next(a for a in interview.answers if a.question.is_recorded and not a.written)
    row = next(r for r in analyses_of(interview) if r.answer_id == spoken.id and r.modality is Modality.TEXT)
    row.state, row.result = AnalysisState.DONE, {"kind": "text"}
    withdraw(client, interview, text="yes", confirmed="yes")
    db.session.expire_all()
    row = next(r for r in analyses_of(interview, results=True) if r.id == row.id)
    assert row.result is None and row.state is not AnalysisState.DONE


def test_reviewers_see_that_it_was_withdrawn_and_not_that_nothing_was_said(client, interview, sign_in, recruiter):
    withdraw(client, interview, text="yes", confirmed="yes")
    sign_in(recruiter)
    for address in (f"/reports/{interview.id}", f"/reviews/{interview.id}/scorecard"):
        page = client.get(address).text
        assert page.count("The candidate withdrew this recording on") == 2
        assert "it must not count against them" in page and "was not answered" not in page
    exported = client.get(f"/reports/{interview.id}/report.json").get_json()["answers"]
    assert [bool(answer["recording_withdrawn_at"]) for answer in exported] == [True, True, False]


def test_a_question_that_was_never_recorded_is_not_called_withdrawn(client, make, open_interview, sign_in, recruiter):
    interview = open_interview(answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter))))
    db.session.delete(interview.answers[1].takes[0])
    db.session.commit()
    withdraw(client, interview, text="yes", confirmed="yes")
    sign_in(recruiter)
    page = client.get(f"/reports/{interview.id}").text
    assert page.count("The candidate withdrew this recording on") == 1 and "was not answered" in page


def test_a_scorecard_needs_nothing_on_what_was_withdrawn(client, interview, sign_in, recruiter):
    withdraw(client, interview, text="yes", confirmed="yes")
    written = next(a for a in db.session.query(Answer) if a.written).question_id
    sign_in(recruiter)
    data = {f"score-{written}": "4", "then": "submit"}
    answer = client.post(f"/reviews/{interview.id}/scorecard", data=data, follow_redirects=True)
    assert "Your scorecard is submitted." in answer.text
