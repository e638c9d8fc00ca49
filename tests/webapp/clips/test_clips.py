"""A question asked in a video: taken in, checked, captioned by a program and corrected by a person, shown and let go."""

from __future__ import annotations

import io

import numpy as np
import pytest
import sqlalchemy as sa

from ml.transcripts.transcript import Transcript, Word
from tests.webapp.recordings.conftest import _webm
from webapp.accounts.models import Role
from webapp.clips import operations, preparing
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.core import personal_data
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.employer.operations import page_of
from webapp.interviews.accommodations import terms_of
from webapp.questions import operations as sets
from webapp.questions.models import Question, SetState


class Heard:
    """In place of the recogniser."""

    def transcribe(self, blocks, **_):
        assert sum(map(len, blocks)) > 16_000
        return Transcript([Word("Tell", 0.1, 0.5, 0.9), Word("mi.", 0.5, 1.0, 0.4)], "en", "Heard")


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN))


@pytest.fixture
def draft(make, admin):
    return make.question_set("video text", state=SetState.DRAFT, created_by=admin)


def post(client, question, content, name="q.webm"):
    where = f"/questions/{question.question_set_id}/questions/{question.id}/clip"
    return client.post(where, data={"clip": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def test_a_question_is_asked_in_a_video_with_captions_that_a_person_has_read(
    client, make, draft, open_interview, monkeypatch
):
    question = draft.questions[0]
    question.think_seconds = 30
    made = post(client, question, _webm())
    clip = db.session.scalars(sa.select(Clip)).one()
    assert made.location.endswith(f"/clips/{clip.id}") and question.clip_id == clip.id
    assert "being checked" in client.get(made.location).text
    monkeypatch.setattr(preparing, "recogniser", Heard)
    monkeypatch.setattr(preparing, "audio_blocks", lambda path: iter([np.ones(32_000, np.float32)]))
    preparing.prepare(clip.id)
    db.session.expire_all()
    assert (clip.state, clip.caption_state) == (ClipState.READY, CaptionState.UNREAD)
    assert clip.has_video and 1.8 < clip.seconds < 2.3 and storage.keys_of("clipsources") == []
    assert storage.keys_of("clips") == [clip.key]

    refused = client.post(f"/questions/{draft.id}/publish", follow_redirects=True)
    assert "question 1 is not ready" in refused.text and draft.state is SetState.DRAFT
    page = client.get(f"/clips/{clip.id}").text
    assert "A program wrote these" in page and "Tell mi." in page
    saved = client.post(f"/clips/{clip.id}/captions", data={"line": ["Tell me."]})
    assert saved.location.endswith(f"#question-{question.id}") and clip.is_shown
    client.post(f"/questions/{draft.id}/publish")
    assert draft.state is SetState.PUBLISHED

    interview = open_interview(make.interview(invitation=make.invitation(question_set=draft)))
    assert terms_of(interview, question).think_seconds in (32, 33)  # the clip's length is no time to think
    client.post("/sign-out")
    open_interview(interview)
    assert "clips/" not in client.get(f"/interview/{interview.id}/questions/1").text  # it is covered
    client.post(f"/interview/{interview.id}/questions/1/show")
    page = client.get(f"/interview/{interview.id}/questions/1").text
    assert "Question 1?" in page and 'kind="captions"' in page and "The question, asked in a video" in page
    at = operations.addresses_of(clip)
    shown = client.get(at.media, headers={"Range": "bytes=0-9"})
    assert (shown.status_code, shown.mimetype, len(shown.data)) == (206, "video/webm", 10)
    assert "no-store" in shown.headers["Cache-Control"]
    assert "Tell me." in client.get(at.captions).text
    assert client.get(at.media.replace("clips/", "clips/x")).status_code == 404


def test_what_is_no_clip_is_said_and_what_is_taken_off_goes_with_its_file(client, draft):
    question = draft.questions[0]
    assert post(client, question, b"").status_code == 422
    assert post(client, question, b"x" * (operations.LARGEST + 1)).status_code == 422
    post(client, question, b"no video at all")
    first = db.session.scalars(sa.select(Clip)).one()
    preparing.prepare(first.id)
    db.session.expire_all()
    first_id = first.id
    assert first.state is ClipState.REJECTED and "cannot be played" in client.get(f"/clips/{first_id}").text
    post(client, question, _webm(audio=False))
    second = db.session.scalars(sa.select(Clip)).one()  # the first went
    assert second.id != first_id
    preparing.prepare(second.id)
    db.session.expire_all()
    assert second.caption_state is CaptionState.MISSING
    client.post(f"/clips/{second.id}/captions", data={"silent": "1", "text": ""})
    assert second.is_shown and operations.addresses_of(second).captions == ""
    client.post(f"/questions/{draft.id}/questions/{question.id}/clip", data={"remove": "1"})
    assert db.session.scalars(sa.select(Clip)).all() == [] and storage.keys_of("clips") == []


def test_captions_are_uploaded_or_typed_and_rubbish_is_refused(client, make, admin):
    clip = make.clip(admin)
    vtt = b"WEBVTT\n\n00:00.000 --> 00:01.500\nWas ist passiert?\n"
    where = f"/clips/{clip.id}/captions"
    client.post(where, data={"file": (io.BytesIO(vtt), "q.vtt"), "language": "de"}, content_type="multipart/form-data")
    assert clip.words.text == "Was ist passiert?" and operations.addresses_of(clip).language == "de"
    late = b"WEBVTT\n\n01:00.000 --> 01:01.000\nLate\n"
    refused = client.post(where, data={"file": (io.BytesIO(late), "q.vtt")}, content_type="multipart/form-data")
    assert refused.status_code == 422 and "starts after" in refused.text
    client.post(where, data={"text": "One two\nthree", "language": "en"})
    assert clip.words.timed and [line.text for line in clip.words.lines()] == ["One two", "three"]
    assert client.post(where, data={"line": ["", ""]}).status_code == 422


def test_a_new_version_shares_the_clip_and_the_last_one_takes_it_along(make, draft, admin):
    clip = make.clip(admin, caption_state=CaptionState.CHECKED)
    storage.save(clip.key, b"x")
    sets.set_clip(draft.questions[0], clip, by=admin)
    sets.publish(draft, by=admin)
    copy = sets.new_version(draft, by=admin)
    assert copy.questions[0].clip_id == clip.id
    sets.delete_draft(copy, by=admin)
    db.session.commit()
    assert storage.exists(clip.key)  # the published version shows it
    other = make.question_set("video", state=SetState.DRAFT, created_by=admin)
    alone = make.clip(admin)
    sets.set_clip(other.questions[0], alone, by=admin)
    sets.delete_draft(other, by=admin)
    db.session.commit()
    assert db.session.get(Clip, alone.id) is None and db.session.get(Clip, clip.id) is not None


def test_a_question_in_sign_language_needs_no_captions_and_goes_with_its_version(
    client, make, draft, open_interview, admin
):
    question = draft.questions[0]
    question.think_seconds = 30
    where = f"/questions/{draft.id}/questions/{question.id}/sign"

    def send(**fields):
        data = {"clip": (io.BytesIO(_webm()), "sign.webm"), **fields}
        return client.post(where, data=data, content_type="multipart/form-data")

    refused = send()
    assert refused.status_code == 422 and "Say which sign language" in refused.text
    page = client.get(where).text
    assert "Captions are written" not in page and 'accept="video/*"' in page
    assert send(sign_language="BSL").headers["location"].startswith(f"/questions/{draft.id}#question-")
    clip = db.session.get_one(Question, question.id).sign_clip
    assert question.signed is None and operations.use_of(clip).label == "Question 1"
    with pytest.raises(sets.QuestionSetError, match="not ready"):
        sets.publish(draft, by=admin)
    preparing.prepare(clip.id)
    db.session.expire_all()
    assert question.signed is clip and clip.captions is None and clip.caption_state is CaptionState.CHECKED
    assert "The question in sign language (BSL)" in client.get(f"/questions/{draft.id}").text
    sets.publish(draft, by=admin)
    copy = sets.new_version(draft, by=admin)
    assert (copy.questions[0].sign_clip_id, copy.questions[0].sign_language) == (clip.id, "BSL")
    sets.delete_draft(copy, by=admin)
    db.session.commit()
    assert storage.exists(clip.key)
    interview = make.interview(invitation=make.invitation(question_set=draft))
    client.post("/sign-out")
    open_interview(interview)
    client.post(f"/interview/{interview.id}/questions/1/show")
    page = client.get(f"/interview/{interview.id}/questions/1").text
    assert "The question in sign language (BSL)" in page and "<track" not in page
    assert terms_of(interview, question).think_seconds in (32, 33)
    helping = client.get(f"/interview/{interview.id}/help").text
    assert 'data-display="uncaptioned"' in helping and "sign language too (BSL)" in helping
    assert "If you sign, say below" in helping
    (page := page_of(interview.organisation_id)).person_instead = False
    db.session.add(page)
    question.sign_clip.has_video = False
    helping = client.get(f"/interview/{interview.id}/help").text
    assert "sign language too" not in helping and "If you sign" not in helping


def test_a_sign_language_clip_that_is_taken_off_goes_and_sound_alone_is_none(make, draft, admin):
    clip = make.clip(admin)
    sets.set_sign_clip(draft.questions[0], clip, "LSF", by=admin)
    clip.has_video = False
    with pytest.raises(sets.QuestionSetError, match="no picture"):
        sets.publish(draft, by=admin)
    sets.set_sign_clip(draft.questions[0], None, "", by=admin)
    db.session.commit()
    assert db.session.get(Clip, clip.id) is None and draft.questions[0].sign_language == ""
    other = make.clip(admin)
    sets.set_sign_clip(draft.questions[0], other, "LSF", by=admin)
    sets.delete_question(draft.questions[0], by=admin)
    db.session.commit()
    assert db.session.get(Clip, other.id) is None


def test_the_clip_of_a_person_is_exported_and_erased_and_the_question_stays(make, draft, admin):
    clip = make.clip(admin)
    sets.set_clip(draft.questions[0], clip, by=admin)
    db.session.commit()
    scope = personal_data.Scope(accounts=(admin.id,))
    holding = next(each for each in personal_data.holdings() if each.model is Clip)
    assert [row["id"] for row in holding.exported(scope)] == [clip.id] and "clips" in holding.files
    db.session.execute(sa.delete(Clip).where(holding.rows(scope)))
    db.session.commit()
    assert db.session.get(Question, draft.questions[0].id).clip_id is None


def test_what_no_worker_took_is_announced_again(make, admin, app):
    waiting = make.clip(admin, state=ClipState.CHECKING, caption_state=CaptionState.WAITING)
    assert operations.requeue() == 0  # it has only come
    waiting.created_at = waiting.created_at.replace(year=2020)
    assert operations.requeue() == 1 and operations.requeue() == 0
