"""Submitting: complete or knowingly not, once, and in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webapp.analysis import operations as analysis
from webapp.core.database import db, now
from webapp.interviews.answering import GRACE
from webapp.interviews.models import InterviewState
from webapp.recordings.models import RecordingState


@pytest.fixture
def interview(make, open_interview):
    return open_interview(make.interview())


@pytest.fixture
def queued(monkeypatch):
    queued = []
    monkeypatch.setattr(analysis, "queue_interview", lambda interview: queued.append(interview.id))
    return queued


@pytest.fixture
def complete(make, interview, recorded):
    first, second, third = interview.question_set.questions
    recorded(make.answer(interview, first))
    recorded(make.answer(interview, second))
    make.answer(interview, third, text="Some words.")
    return interview


def test_a_complete_interview_is_submitted_once(client, complete, queued):
    url = f"/interview/{complete.id}/submit"
    for _ in range(3):
        assert client.post(url).headers["Location"].endswith("/arrived")
    assert queued == [complete.id]
    db.session.expire_all()
    assert complete.state is InterviewState.SUBMITTED
    first = complete.submitted_at
    assert first is not None
    page = client.get(f"/interview/{complete.id}/arrived").text
    for words in ("Your interview is submitted", "Recorded, 1:05 long", "2 words written", "What happens next"):
        assert words in page


def test_unanswered_questions_are_listed_until_the_candidate_says_so(client, make, interview, queued):
    make.answer(interview, interview.question_set.questions[2], text="  ")
    answer = client.post(f"/interview/{interview.id}/submit")
    assert answer.status_code == 422
    for position in (1, 2, 3):
        assert f"Question {position}: not answered" in answer.text
    assert queued == []
    answer = client.post(f"/interview/{interview.id}/submit", data={"incomplete": "y"})
    assert answer.status_code == 302
    assert queued == [interview.id]


def test_a_recording_on_its_way_is_not_forgotten(client, make, complete, recorded, queued):
    recorded(complete.answers[0], RecordingState.VERIFYING)
    answer = client.post(f"/interview/{complete.id}/submit")
    assert answer.status_code == 422
    assert "a recording is still being saved" in answer.text


def test_a_late_take_changes_nothing(client, complete, recorded, queued):
    answer = complete.answers[0]
    kept = answer.kept_take
    late = recorded(answer, RecordingState.VERIFYING)
    client.post(f"/interview/{complete.id}/submit", data={"incomplete": "y"})
    db.session.expire_all()
    late.recording.state = RecordingState.READY
    db.session.commit()
    assert answer.kept_take is kept


def test_submitting_has_the_grace_of_the_deadline(client, complete, queued):
    complete.invitation.deadline = now() - timedelta(minutes=5)
    db.session.commit()
    assert client.post(f"/interview/{complete.id}/submit").headers["Location"].endswith("/arrived")


def test_too_late_with_nothing_saved(client, make, open_interview, queued):
    interview = open_interview(make.interview())
    interview.invitation.deadline = now() - GRACE - timedelta(minutes=5)
    db.session.commit()
    answer = client.post(f"/interview/{interview.id}/submit", data={"incomplete": "y"}, follow_redirects=True)
    assert answer.status_code == 410 and "Submit my saved answers" not in answer.text
    assert queued == []
    db.session.expire_all()
    assert interview.state is InterviewState.OPEN


def test_others_cannot_submit(app, complete, queued):
    assert app.test_client().post(f"/interview/{complete.id}/submit").status_code == 404
    assert queued == []


def test_nothing_changes_after_submission(client, complete, queued):
    client.post(f"/interview/{complete.id}/submit")
    answer = client.post(f"/interview/{complete.id}/questions/3/text", json={"text": "Better words."})
    assert answer.status_code in (302, 403)
    db.session.expire_all()
    assert complete.answers[2].text == "Some words."


def test_the_real_queue_takes_it(client, complete):
    assert client.post(f"/interview/{complete.id}/submit").status_code == 302
    assert analysis.analyses_of(complete)
