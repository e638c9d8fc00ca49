"""The report's page, its charts and its export."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ml.core.errors import MediaError, ModelMissing, Unreadable
from tests.webapp.analysis.samples import answer_all, face_reading
from webapp.accounts.models import Role
from webapp.analysis import operations, runner
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, now
from webapp.interviews.models import InterviewState
from webapp.policy import Modality


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


@pytest.fixture
def interview(make, recruiter):
    return answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))


def page_of(client, interview):
    answer = client.get(f"/reports/{interview.id}")
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_recordings_words_and_readings(client, interview, run_all):
    run_all(interview)
    page = page_of(client, interview)
    assert "Kim Tremblay" in page and "Data engineer, Montréal" in page and "version 1" in page
    assert page.count("<video") == 2 and "I like to solve problems" in page
    assert "A face was visible in 93 % of 300 frames" in page
    assert "Blinks" in page and "17 (11 to 24)" in page and "4.2 syllables per second" in page
    assert "Openness" in page and "50 % (40 to 62 %)" in page
    assert "face-test.1" in page and "All answers together" in page
    assert "speech recognition is not available" in page
    # What is not known is not made up.
    assert "not enough data" in page


def test_recordings_and_words_come_before_any_reading(client, interview, run_all):
    run_all(interview)
    article = page_of(client, interview).split("<article")[1]
    assert article.index("<video") < article.index('data-figure="fused-track"')


def test_there_is_no_score_and_no_rank(client, interview, run_all):
    run_all(interview)
    page = page_of(client, interview).lower()
    assert "they give no score. people decide" in page
    for word in ("total score", "overall score", "rank", "recommended", "suitability score"):
        assert word not in page


def test_every_chart_has_a_table(client, interview, run_all):
    run_all(interview)
    page = page_of(client, interview)
    assert page.count("data-figure=") == page.count("As a table") > 5
    assert 'data-seek="' in page


def test_an_unfinished_report_can_be_read_at_once(client, interview):
    operations.queue_interview(interview)
    db.session.commit()
    page = page_of(client, interview)
    assert 'data-finished="no"' in page and "<video" in page and "Waiting" in page
    assert "data-figure=" not in page


def test_the_progress_tells_what_happens(client, interview, models):
    operations.queue_interview(interview)
    db.session.commit()
    before = client.get(f"/analysis/{interview.id}.json").get_json()
    assert before["finished"] is False and (before["done"], before["total"]) == (2, 7)
    for row in operations.analyses_of(interview):
        runner.run(row.id)
    after = client.get(f"/analysis/{interview.id}.json").get_json()
    assert after["finished"] is True and after["done"] == after["total"] == 7
    states = {reading["state"] for readings in after["answers"].values() for reading in readings}
    assert states == {"done", "not_done"}
    assert "result" not in str(after)


@pytest.mark.parametrize(
    ("modality", "error", "tag"),
    [
        ("face", Unreadable("no_face", "No face could be found in this recording."), "Not analysed"),
        ("speech", Unreadable("silence", "No speech could be heard in this recording."), "Not analysed"),
        ("text", Unreadable("too_little_text", "Three words are too few to read. Write 30 or more."), "Not analysed"),
        ("face", ModelMissing("model_missing", "The face model is missing. Restore it."), "Failed"),
        ("speech", MediaError("truncated", "The recording breaks off before its end."), "Failed"),
    ],
)
def test_what_was_not_analysed_says_why(client, interview, models, run_all, modality, error, tag):
    models[modality] = error
    run_all(interview)
    page = page_of(client, interview)
    assert error.message in page and tag in page
    assert f'data-figure="{modality}-track"' not in page
    assert ("Try again" in page) is (tag == "Failed")


def test_reviewers_read_no_words_meant_for_the_candidate(client, interview, models, run_all):
    models["face"] = Unreadable("black", "The picture is black. Open the camera's cover, and record it again.")
    models["speech"] = Unreadable("silence", "No speech can be heard. Check that your microphone is not muted.")
    run_all(interview)
    page = page_of(client, interview)
    assert "The picture is black, so no face could be read." in page
    assert "No speech can be heard in the recording." in page
    for words in ("record it again", "Open the camera", "your microphone"):
        assert words not in page


def test_two_faces_are_pointed_out(client, interview, models, run_all):
    warning = "Two faces were seen in 40 % of the frames: the reading follows the one that stays."
    models["face"] = face_reading(people={"max_faces": 2, "share_with_several": 0.4}, warnings=[warning])
    run_all(interview)
    page = page_of(client, interview)
    assert warning in page and "up to 2, in 40 % of frames" in page


def test_no_answer_named_when_the_evidence_is_even(client, interview, models, run_all):
    models["face"] = face_reading(dominant=None)
    run_all(interview)
    assert "No expression stands out" in page_of(client, interview)


def test_a_failed_reading_can_be_tried_again_from_the_page(client, interview, models, run_all):
    models["face"] = ModelMissing("model_missing", "The face model is missing. Restore it.")
    run_all(interview)
    failed = db.session.scalars(sa.select(Analysis).where(Analysis.state == AnalysisState.FAILED)).first()
    answer = client.post(f"/analysis/{failed.id}/retry", follow_redirects=True)
    assert "in the queue again" in answer.text
    db.session.refresh(failed)
    assert failed.state is AnalysisState.QUEUED and failed.reason is None
    refused = client.post(f"/analysis/{failed.id}/retry", follow_redirects=True)
    assert "Only a failed analysis can be tried again" in refused.text


ADDRESSES = ("/reports/{}", "/reports/{}/figures.json", "/reports/{}/report.json", "/analysis/{}.json")


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_elses_report_is_not_there(client, make, sign_in, run_all, address):
    interview = answer_all(make, make.interview())
    run_all(interview)
    assert client.get(address.format(interview.id)).status_code in (302, 401)
    for role in (Role.RECRUITER, Role.CANDIDATE):
        sign_in(make.user(role))
        assert client.get(address.format(interview.id)).status_code == 404
    sign_in(make.user(Role.ADMIN))
    assert client.get(address.format(interview.id)).status_code == 200
    assert client.get(address.format("0" * 32)).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_practice_report_is_for_its_candidate_alone(client, make, sign_in, run_all, address):
    candidate = make.user(Role.CANDIDATE)
    interview = answer_all(make, make.practice(candidate))
    run_all(interview)
    for role in (Role.CANDIDATE, Role.RECRUITER, Role.ADMIN):
        sign_in(make.user(role))
        assert client.get(address.format(interview.id)).status_code == 404
    sign_in(candidate)
    assert client.get(address.format(interview.id)).status_code == 200


def test_nobody_else_can_try_again(client, make, sign_in, models, run_all):
    models["text"] = ModelMissing("model_missing", "Missing.")
    interview = answer_all(make, make.practice())
    run_all(interview)
    failed = db.session.scalars(sa.select(Analysis).where(Analysis.state == AnalysisState.FAILED)).one()
    sign_in(make.user(Role.ADMIN))
    assert client.post(f"/analysis/{failed.id}/retry").status_code == 404
    db.session.refresh(failed)
    assert failed.state is AnalysisState.FAILED


def test_practice_speaks_to_the_candidate_and_hides_the_rubric(client, make, sign_in, run_all):
    candidate = sign_in(make.user(Role.CANDIDATE))
    interview = answer_all(make, make.practice(candidate))
    run_all(interview)
    page = page_of(client, interview)
    assert "Only you can see this page" in page and "face-track" in page
    assert "An example." not in page and "Scoring guide" not in page


def test_the_export_holds_what_the_page_shows(client, interview, run_all):
    run_all(interview)
    answer = client.get(f"/reports/{interview.id}/report.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    body = answer.get_json()
    assert body["format"] == "viva-report-1" and "A person decides" in body["notice"]
    assert [row["position"] for row in body["answers"]] == [1, 2, 3]
    assert body["answers"][0]["analyses"]["face"]["reading"]["model"]["version"] == "face-test.1"
    assert body["answers"][0]["analyses"]["text"]["code"] == "no_transcript"
    assert set(body["traits"]["traits"]) == {
        "openness",
        "conscientiousness",
        "extraversion",
        "agreeableness",
        "neuroticism",
    }


def test_the_charts_come_as_plain_json(client, interview, run_all):
    run_all(interview)
    answer = next(answer for answer in interview.answers if answer.question.position == 1)
    figures = client.get(f"/reports/{interview.id}/figures.json?answer={answer.id}").get_json()["figures"]
    assert set(figures) >= {
        "face-track",
        "face-distribution",
        "speech-track",
        "speech-distribution",
        "fused-track",
        "fused-valence-track",
        "fused-distribution",
    }
    assert all(figure["data"] and "template" not in figure["layout"] for figure in figures.values())
    whole = client.get(f"/reports/{interview.id}/figures.json").get_json()["figures"]
    assert set(whole) == {"distribution", "traits"}
    assert client.get(f"/reports/{interview.id}/figures.json?answer={'0' * 32}").status_code == 404


def test_an_interview_without_consents_is_still_readable(client, make, recruiter, run_all):
    interview = answer_all(make, make.interview(consents="recording", invitation=make.invitation(created_by=recruiter)))
    run_all(interview)
    page = page_of(client, interview)
    assert "<video" in page and "Refusing has no consequence" in page and "data-figure=" not in page


def test_nobody_looks_at_answers_before_they_are_submitted(client, make, recruiter):
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    interview.state, interview.submitted_at = InterviewState.OPEN, None
    db.session.commit()
    page = page_of(client, interview)
    assert "Not submitted yet" in page and "<video" not in page and "I like to solve" not in page
    assert "I like to solve" not in client.get(f"/reports/{interview.id}/report.json").text


def test_unanswered_questions_are_listed(client, make, recruiter):
    interview = make.interview(
        invitation=make.invitation(created_by=recruiter), state=InterviewState.SUBMITTED, submitted_at=now()
    )
    assert page_of(client, interview).count("This question was not answered") == 3


def test_a_reading_of_another_modality_never_shows_under_a_denied_one(client, make, recruiter, run_all):
    interview = answer_all(
        make, make.interview(consents="recording voice", invitation=make.invitation(created_by=recruiter))
    )
    run_all(interview)
    page = page_of(client, interview)
    assert "speech-track" in page and "face-track" not in page and "fused-track" not in page
    assert {row.modality for row in operations.analyses_of(interview) if row.result} == {Modality.SPEECH}


def test_words_written_instead_of_a_recording_are_shown_and_read(client, make, recruiter, run_all):
    invitation = make.invitation(created_by=recruiter, question_set=make.question_set("video"))
    interview = make.interview(invitation=invitation, consents="text")
    question = interview.question_set.questions[0]
    make.answer(interview, question, text="I would rather write than be filmed.", text_saved_at=now())
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    run_all(interview)
    page = page_of(client, interview)
    assert "I would rather write than be filmed." in page and "Answered in writing" in page
    assert "This question was not answered" not in page and "This answer was spoken" not in page
    assert "Openness" in page
    body = client.get(f"/reports/{interview.id}/report.json").get_json()
    assert body["answers"][0]["text"] == "I would rather write than be filmed."
    assert body["answers"][0]["analyses"]["text"]["state"] == "done"


def test_a_camera_that_failed_is_no_unanswered_question(client, make, recruiter, run_all):
    invitation = make.invitation(created_by=recruiter, question_set=make.question_set("video"))
    interview = make.interview(invitation=invitation)
    make.answer(interview, interview.question_set.questions[0], text="My camera broke.", text_saved_at=now())
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    run_all(interview)
    assert "answered in writing, so there was no recording" in page_of(client, interview)
