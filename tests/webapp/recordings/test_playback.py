"""Playback: ranges, types, and who may see what."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews.models import InterviewState
from webapp.recordings import operations
from webapp.recordings.models import Recording
from webapp.recordings.tasks import verify


@pytest.fixture
def recording(make, open_interview, tus, webm):
    interview = open_interview(make.interview())
    recording = tus.upload(interview, interview.question_set.questions[0], webm(2.0))
    verify.run(recording.id)
    return db.session.get(Recording, recording.id, populate_existing=True)


@pytest.fixture
def url(recording):
    return f"/recordings/{recording.id}/media"


def test_ranges(client, url):
    whole = client.get(url)
    assert whole.status_code == 200
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = client.get(url, headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    assert client.get(url, headers={"Range": "bytes=99999999-"}).status_code == 416
    several = client.get(url, headers={"Range": "bytes=0-9,20-29"})
    assert several.status_code == 200 and several.data == whole.data


def test_headers(client, url):
    headers = client.get(url).headers
    assert headers["Content-Type"] == "video/webm"
    assert headers["Content-Disposition"] == 'inline; filename="answer.webm"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"


def test_who_may_play(app, client, make, recording, url, sign_in):
    assert app.test_client().get(url).status_code == 404
    sign_in(make.user(Role.RECRUITER))
    assert client.get(url).status_code == 404
    interview = recording.take.answer.interview
    sign_in(interview.invitation.created_by)
    assert client.get(url).status_code == 404  # not before it is submitted
    interview.state = InterviewState.SUBMITTED
    db.session.commit()
    assert client.get(url).status_code == 200
    sign_in(make.user(Role.ADMIN))
    assert client.get(url).status_code == 200
    sign_in(make.user(Role.CANDIDATE))
    assert client.get(url).status_code == 404


def test_reviewers_play_only_the_take_that_was_kept(client, make, open_interview, tus, webm, sign_in):
    interview = open_interview(make.interview())
    question = interview.question_set.questions[0]
    first, second = (tus.upload(interview, question, webm(2.0)) for _ in range(2))
    for recording in (first, second):
        verify.run(recording.id)
    db.session.expire_all()
    interview.state = InterviewState.SUBMITTED
    first.take.kept = True
    db.session.commit()
    urls = [f"/recordings/{recording.id}/media" for recording in (first, second)]
    sign_in(interview.invitation.created_by)
    assert [client.get(url).status_code for url in urls] == [200, 404]


def test_practice_is_for_its_candidate_alone(make, tus, webm, sign_in, client):
    interview = make.practice()
    sign_in(interview.candidate)
    recording = tus.upload(interview, interview.question_set.questions[0], webm(2.0))
    verify.run(recording.id)
    url = f"/recordings/{recording.id}/media"
    assert client.get(url).status_code == 200
    for role in (Role.RECRUITER, Role.ADMIN, Role.CANDIDATE):
        sign_in(make.user(role))
        assert client.get(url).status_code == 404


def test_nothing_plays_before_it_is_ready(client, make, open_interview, tus):
    interview = open_interview(make.interview())
    recording = tus.upload(interview, interview.question_set.questions[0], b"12345")
    assert client.get(f"/recordings/{recording.id}/media").status_code == 404


def test_a_file_that_is_gone_says_so(client, recording, url):
    storage.delete(recording.playable_key)
    answer = client.get(url)
    assert answer.status_code == 404
    assert "missing" in answer.text


def test_a_poster_has_the_policy_of_its_recording(app, client, make, recording, sign_in):
    url = f"/recordings/{recording.id}/poster"
    response = client.get(url)
    picture = cv2.imdecode(np.frombuffer(response.data, np.uint8), cv2.IMREAD_COLOR)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert picture.shape == (120, 160, 3)
    assert picture.max() > 60  # the recording begins with black
    assert app.test_client().get(url).status_code == 404
    question = recording.take.answer.question
    interview = recording.take.answer.interview
    page = client.get(f"/interview/{interview.id}/questions/{question.position}").text
    assert f'poster="{url}"' in page
    sign_in(interview.invitation.created_by)
    assert client.get(url).status_code == 404  # not before it is submitted
    interview.state = InterviewState.SUBMITTED
    db.session.commit()
    assert client.get(url).status_code == 200
    assert f'poster="{url}"' in client.get(f"/reports/{interview.id}").text
    storage.delete_of("posters", recording.id)
    assert client.get(url).status_code == 204


def test_a_poster_goes_with_its_recording(client, recording):
    key = f"posters/{recording.id}.jpg"
    assert storage.exists(key)
    operations.discard(recording)
    db.session.commit()
    assert not storage.exists(key)
