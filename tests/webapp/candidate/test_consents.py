"""Consent: per purpose, unticked, refusable, versioned, and taken back at any time."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from webapp.analysis import operations as analysis
from webapp.candidate import consent_texts
from webapp.core.database import db
from webapp.interviews.models import Consent, Interview
from webapp.policy import Purpose


@pytest.fixture
def fresh(make, open_interview):
    def fresh(country: str = "CA") -> Interview:
        interview = make.interview(country)
        db.session.execute(sa.delete(Consent).execution_options(erasing=True))
        db.session.commit()
        return open_interview(interview)

    return fresh


def boxes(page: str) -> dict[str, bool]:
    return {
        re.search(r'name="(\w+)"', tag)[1]: "checked" in tag
        for tag in re.findall(r"<input[^>]*checkbox[^>]*>", page, re.DOTALL)
    }


def test_every_purpose_is_asked_and_nothing_is_ticked(client, fresh):
    page = client.get(f"/interview/{fresh().id}/consent").text
    assert boxes(page) == {"recording": False, "text": False, "voice": False, "face": False}
    assert "refusing has no consequence" in page


def test_what_the_place_rules_out_is_not_asked(client, fresh):
    interview = fresh("FR")
    page = client.get(f"/interview/{interview.id}/consent").text
    assert boxes(page) == {"recording": False, "text": False}
    assert "In Lyon, emotion is not inferred from faces or voices" in page
    client.post(f"/interview/{interview.id}/consent", data={"face": "yes", "voice": "yes", "recording": "yes"})
    db.session.expire_all()
    assert interview.consented == {Purpose.RECORDING}
    assert {row.purpose for row in interview.consents} == {Purpose.RECORDING, Purpose.TEXT}


def test_a_place_that_is_not_cleared_is_not_called_forbidden(make):
    sentence = consent_texts.ruled_out(make.interview("GB"))
    assert "has not been cleared" in sentence


def test_the_answers_are_stored_with_their_wording(client, fresh):
    interview = fresh()
    answer = client.post(f"/interview/{interview.id}/consent", data={"recording": "yes", "text": "yes"})
    assert answer.headers["Location"].endswith("/check")
    rows = {row.purpose.value: row for row in db.session.query(Consent)}
    assert {name: row.granted for name, row in rows.items()} == {
        "recording": True,
        "text": True,
        "voice": False,
        "face": False,
    }
    assert {row.text_version for row in rows.values()} == {consent_texts.VERSION}
    assert {row.text_language for row in rows.values()} == {"en"}


def test_without_recording_every_question_is_written(client, fresh):
    interview = fresh()
    answer = client.post(f"/interview/{interview.id}/consent", data={})
    assert answer.headers["Location"].endswith("/questions/1")
    page = client.get(answer.headers["Location"]).text
    assert "you answer this question in writing" in page
    assert 'id="record"' not in page
    client.post(f"/interview/{interview.id}/questions/1/text", data={"text": "In writing then."})
    assert "3 words written" in client.get(f"/interview/{interview.id}/review").text


def test_nothing_is_answered_before_consent_is_asked(client, fresh):
    interview = fresh()
    for page in ("questions/1", "check", "review"):
        assert client.get(f"/interview/{interview.id}/{page}").headers["Location"].endswith("/consent")


def test_a_consent_can_be_taken_back_after_submission(client, make, open_interview, monkeypatch):
    told = []
    monkeypatch.setattr(analysis, "consents_changed", lambda interview: told.append(interview.id))
    interview = open_interview(make.interview())
    url = f"/interview/{interview.id}/consents"
    assert boxes(client.get(url).text) == dict.fromkeys(("recording", "text", "voice", "face"), True)
    kept = {"recording": "yes", "text": "yes", "voice": "yes"}
    answer = client.post(url, data={**kept, "confirmed": "yes"}, follow_redirects=True)
    assert "Your choices have been saved." in answer.text
    db.session.expire_all()
    assert interview.consented == {Purpose.RECORDING, Purpose.TEXT, Purpose.VOICE}
    assert len(interview.consents) == 5  # four that were there, and one that says no
    assert told == [interview.id]
    answer = client.post(url, data={"recording": "yes", "text": "yes", "voice": "yes"}, follow_redirects=True)
    assert "Nothing was changed." in answer.text


def test_taking_the_recording_back_deletes_the_takes(client, make, open_interview, recorded):
    interview = open_interview(make.interview())
    answer = make.answer(interview, interview.question_set.questions[0])
    recorded(answer)
    client.post(f"/interview/{interview.id}/consents", data={"text": "yes", "confirmed": "yes"})
    db.session.expire_all()
    assert answer.takes == []


def test_practice_says_that_only_the_candidate_sees_it(make):
    texts = consent_texts.texts_for(make.practice())
    assert [text.purpose for text in texts] == list(Purpose)
    assert all("you" in text.what.lower() for text in texts)
    assert "Only you" in texts[-1].what
