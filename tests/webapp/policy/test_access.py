"""The three doors, with one interview in Lyon and one in Montréal."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all, face_reading, speech_reading
from webapp.analysis import operations, runner
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, now
from webapp.interviews.models import Consent
from webapp.policy import Modality, Purpose, all_allowed, decide_for
from webapp.reports.fusion import fuse
from webapp.reports.models import Report


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


@pytest.fixture
def lyon(make, recruiter):
    return answer_all(make, make.interview(invitation=make.invitation("FR", created_by=recruiter)))


@pytest.fixture
def montreal(make, recruiter):
    return answer_all(make, make.interview(invitation=make.invitation("CA", created_by=recruiter)))


@pytest.fixture
def smuggled(lyon, models):
    """Lyon, with face and voice readings and a fusion of them forced into the database by hand."""
    operations.queue_interview(lyon)
    db.session.commit()
    face, speech = face_reading(), speech_reading()
    for modality, result in ((Modality.FACE, face), (Modality.SPEECH, speech)):
        db.session.execute(
            sa.update(Analysis)
            .where(Analysis.modality == modality)
            .values(
                state=AnalysisState.DONE,
                result=result.to_json(),
                reason=None,
                reason_code=None,
                model_version="smuggled-1",
            )
        )
    fused = fuse(face, speech)
    answer = lyon.answers[0]
    body = {
        "answers": {answer.id: {"fused": fused.to_json(), "modalities": ["face", "speech"]}},
        "emotions": {
            "distribution": fused.to_json()["distribution"],
            "answers": 1,
            "seconds": 60,
            "modalities": ["face", "speech"],
        },
        "traits": {"traits": {}, "answers": 0, "words": 0, "modalities": []},
    }
    db.session.add(Report(interview=lyon, body=body, built_at=now()))
    db.session.commit()
    return lyon


def test_door_1_queues_no_emotion_for_lyon(lyon, models):
    operations.queue_interview(lyon)
    db.session.commit()
    rows = operations.analyses_of(lyon)
    for row in rows:
        if row.modality is not Modality.TEXT:
            assert (row.state, row.reason_code) == (AnalysisState.NOT_DONE, "prohibited_in_eea")
        runner.run(row.id)
    assert [modality for modality, _ in models["calls"]] == ["text"]


def test_door_1_queues_all_of_it_for_montreal(montreal, models):
    operations.queue_interview(montreal)
    db.session.commit()
    for row in operations.analyses_of(montreal):
        runner.run(row.id)
    assert sorted(modality for modality, _ in models["calls"]) == ["face", "face", "speech", "speech", "text"]


SECRETS = (
    "happy",
    "Happy",
    "disgust",
    "fearful",
    "smuggled",
    "face-test",
    "speech-test",
    "blinks",
    "0.93",
    "pitch_median_hz",
)


def test_door_2_the_api_shows_nothing_that_was_smuggled_in(client, smuggled):
    for address in (
        f"/analysis/{smuggled.id}.json",
        f"/reports/{smuggled.id}/figures.json",
        f"/reports/{smuggled.id}/figures.json?answer={smuggled.answers[0].id}",
        f"/reports/{smuggled.id}/report.json",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        for secret in SECRETS:
            assert secret not in answer.text, (address, secret)
    states = client.get(f"/analysis/{smuggled.id}.json").get_json()["answers"]
    found = [reading for readings in states.values() for reading in readings if reading["modality"] != "text"]
    assert {(reading["state"], reading["code"], reading["progress"]) for reading in found} == {
        ("not_done", "prohibited_in_eea", 0.0)
    }


def test_door_3_the_page_shows_nothing_that_was_smuggled_in(client, smuggled):
    page = client.get(f"/reports/{smuggled.id}")
    assert page.status_code == 200
    for secret in ("face-track", "speech-track", "fused-track", "Blinks", "Pitch", "Neutral", "smuggled", "face-test"):
        assert secret not in page.text
    assert "prohibited in recruitment in the EU and the EEA" in page.text


def test_door_3_holds_by_itself_when_door_2_is_left_open(app, smuggled, montreal, recruiter, monkeypatch):
    """The template asks the policy again: a view that forgot to does not show what it may not."""
    from flask import render_template
    from flask_login import login_user

    from webapp.policy import Decision
    from webapp.reports import formatting, view

    monkeypatch.setattr("webapp.analysis.visible.decide_for", lambda *_: Decision(True))
    monkeypatch.setattr("webapp.reports.view.all_allowed", lambda *_: True)
    open_view = view.view_of(smuggled)
    assert (
        open_view.answers[0].result("face") and open_view.answers[0].fused and open_view.emotions
    )  # all of it is there
    with app.test_request_context("/"):
        login_user(recruiter)
        page = render_template(
            "reports/show.html", report=open_view, interview=smuggled, practice=False, bins=formatting.bins
        )
    for secret in (
        "face-track",
        "speech-track",
        "fused-track",
        "Blinks",
        "Pitch",
        "Neutral",
        'data-figure="distribution"',
    ):
        assert secret not in page


def test_montreal_shows_all_of_it(client, montreal, run_all):
    run_all(montreal)
    page = client.get(f"/reports/{montreal.id}").text
    for expected in ("face-track", "speech-track", "fused-track", "Blinks", "Pitch"):
        assert expected in page
    body = client.get(f"/reports/{montreal.id}/report.json").get_json()
    assert body["answers"][0]["analyses"]["face"]["reading"]["coverage"] == 0.93


def test_a_withdrawn_consent_closes_the_doors_at_once(client, montreal, run_all):
    """Even before anything has been deleted."""
    run_all(montreal)
    montreal.consents.append(Consent(purpose=Purpose.FACE, granted=False, text_version="test"))
    db.session.commit()
    page = client.get(f"/reports/{montreal.id}").text
    assert "face-track" not in page and "fused-track" not in page and "speech-track" in page
    assert "did not consent to an analysis of facial expression" in page
    text = json.dumps(client.get(f"/reports/{montreal.id}/report.json").get_json())
    assert "mouth_open" not in text and "pitch_median_hz" in text


def test_nothing_is_made_of_nothing(montreal, lyon):
    assert all_allowed(montreal, ["face", "speech"]) and not all_allowed(montreal, [])
    assert not all_allowed(lyon, ["text", "face"]) and all_allowed(lyon, ["text"])
    assert decide_for(lyon, Modality.FACE).code == "prohibited_in_eea"
