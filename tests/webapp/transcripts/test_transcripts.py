"""Transcripts: who writes them, who sees them, what becomes of them."""

from __future__ import annotations

import html
import io
import re

import pytest

from ml.core.errors import ModelMissing
from ml.transcripts.transcript import Word
from webapp.accounts.models import Role
from webapp.analysis.models import AnalysisState
from webapp.analysis.operations import analyses_of, queue_interview
from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Consent
from webapp.policy import Modality, Purpose
from webapp.transcripts import store, transcribe
from webapp.transcripts.models import Transcript

VTT = "WEBVTT\n\n00:01.000 --> 00:02.500\nWe moved two features.\n\n00:03.000 --> 00:04.000\nThat was all.\n"


def text_analysis(interview):
    return next(row for row in analyses_of(interview, results=True) if row.modality is Modality.TEXT)


def reviewer(interview, sign_in):
    return sign_in(interview.invitation.created_by)


def test_a_spoken_answer_is_written_down_and_its_words_are_read(spoken, fake, models, run_all):
    interview = spoken()
    run_all(interview)
    assert ("text", "I fixed it with locks.") in models["calls"]
    assert text_analysis(interview).state is AnalysisState.DONE
    row = store.visible(interview.answers[0])
    assert (row.version, row.origin, row.by_machine, row.author) == (1, "recognised", True, None)
    assert row.words.text == "I fixed it with locks."


def test_reading_again_does_not_write_down_again(spoken, fake, run_all, models):
    models["text"] = ModelMissing("model_missing", "The text model is missing.")
    interview = spoken()
    run_all(interview)
    assert text_analysis(interview).state is AnalysisState.FAILED
    from webapp.analysis.operations import retry
    from webapp.analysis.runner import run

    retry(text_analysis(interview))
    db.session.commit()
    run(text_analysis(interview).id)
    assert fake.calls == 1


def test_without_consent_to_the_words_nothing_is_written_down(spoken, fake, run_all):
    interview = spoken(consents="recording voice face")
    run_all(interview)
    assert fake.calls == 0
    assert text_analysis(interview).reason_code == "no_consent"
    assert db.session.query(Transcript).count() == 0


def test_a_consent_withdrawn_while_it_is_written_down_stores_nothing(spoken, fake, run_all, monkeypatch):
    interview = spoken()

    def withdraw(blocks, **options):
        interview.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
        db.session.commit()
        return type(fake).transcribe(fake, blocks)

    monkeypatch.setattr(fake, "transcribe", withdraw)
    run_all(interview)
    assert db.session.query(Transcript).count() == 0
    assert text_analysis(interview).state is AnalysisState.NOT_DONE


def test_withdrawing_consent_deletes_what_a_machine_wrote_and_keeps_what_people_typed(
    spoken, fake, run_all, client, sign_in
):
    interview = spoken()
    run_all(interview)
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    client.post(f"/transcripts/{answer.id}/words", data={"text": "I fixed it with a lock."})
    interview.consents.append(Consent(purpose=Purpose.TEXT, granted=False, text_version="test"))
    assert [row.origin for row in store.versions(answer)] == ["typed"]
    events.send(events.consents_changed, interview_id=interview.id)
    db.session.commit()
    assert [row.origin for row in db.session.query(Transcript)] == ["typed"]


@pytest.mark.parametrize(
    ("words", "language", "code"),
    [
        ([], "en", "no_words"),
        ([Word("dzień", 0, 1, 0.9)], "pl", "not_english"),
        ([Word("the", 0, 1, 0.2)], "en", "unclear_speech"),
    ],
)
def test_words_that_cannot_be_read_have_a_state_of_their_own(spoken, fake, run_all, words, language, code):
    fake.words, fake.language = words, language
    interview = spoken()
    run_all(interview)
    assert text_analysis(interview).state is AnalysisState.NOT_DONE
    assert text_analysis(interview).reason_code == code


def test_a_wrong_model_folder_fails_and_can_be_tried_again(spoken, fake, run_all, monkeypatch):
    def missing():
        raise ModelMissing("model_missing", "VIVA_WHISPER names /a/folder, and there is no such folder.")

    monkeypatch.setattr(transcribe, "recogniser", missing)
    interview = spoken()
    run_all(interview)
    assert text_analysis(interview).state is AnalysisState.FAILED
    assert "no such folder" in text_analysis(interview).reason


def test_corrections_are_a_new_version_and_are_read_anew(spoken, fake, models, run_all, client, sign_in):
    interview = spoken()
    run_all(interview)
    user = reviewer(interview, sign_in)
    answer = interview.answers[0]
    page = client.get(f"/transcripts/{answer.id}").text
    assert "Uncertain:" in page and "locks." in page
    response = client.post(f"/transcripts/{answer.id}/lines", data={"version": 1, "line": ["I fixed it with a lock."]})
    assert response.status_code == 302
    newest, first = store.versions(answer)
    assert (newest.version, newest.origin, newest.author_id) == (2, "corrected", user.id)
    assert newest.words.text == "I fixed it with a lock."
    assert newest.words.words[1] == Word("fixed", 0.2, 0.6, None)
    assert all(0.9 < word.start < 1.5 for word in newest.words.words[-2:])
    assert first.words.text == "I fixed it with locks."
    assert text_analysis(interview).state is AnalysisState.QUEUED
    from webapp.analysis.runner import run

    run(text_analysis(interview).id)
    assert models["calls"][-1] == ("text", "I fixed it with a lock.")


def test_two_people_do_not_overwrite_each_other(spoken, fake, run_all, client, sign_in):
    interview = spoken()
    run_all(interview)
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    assert client.post(f"/transcripts/{answer.id}/lines", data={"version": 1, "line": ["One."]}).status_code == 302
    second = client.post(f"/transcripts/{answer.id}/lines", data={"version": 1, "line": ["Two."]})
    assert second.status_code == 422 and "in the meantime" in second.text
    assert store.visible(answer).words.text == "One."


@pytest.mark.parametrize("lines", [[], [""], ["I fixed it with locks."], ["a"] * 3, ["x" * 3000]])
def test_corrections_that_cannot_be(spoken, fake, run_all, client, sign_in, lines):
    interview = spoken()
    run_all(interview)
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    assert client.post(f"/transcripts/{answer.id}/lines", data={"version": 1, "line": lines}).status_code == 422
    assert len(store.versions(answer)) == 1


def test_without_a_recogniser_people_type_or_upload(spoken, models, run_all, client, sign_in):
    interview = spoken()
    run_all(interview)
    assert text_analysis(interview).reason_code == "no_transcript"
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    address = f"/transcripts/{answer.id}"
    assert "Type or upload" in client.get(f"/reports/{interview.id}").text
    assert client.post(f"{address}/words", data={"text": "Typed words."}).status_code == 302
    assert client.get(f"{address}/captions.vtt").status_code == 404  # no times, no captions
    file = (io.BytesIO(VTT.encode()), "answer.vtt")
    assert client.post(f"{address}/words", data={"file": file}).status_code == 302
    captions = client.get(f"{address}/captions.vtt")
    assert captions.mimetype == "text/vtt" and "00:00:01.000 --> 00:00:02.500\nWe moved two features." in captions.text
    page = client.get(f"/reports/{interview.id}").text
    assert '<track kind="captions"' in page and "We" in page
    from webapp.analysis.runner import run

    run(text_analysis(interview).id)
    assert models["calls"][-1] == ("text", "We moved two features. That was all.")


@pytest.mark.parametrize("text", ["", "WEBVTT\n\n", "1\n00:02:00,000 --> 00:02:05,000\nToo late.\n"])
def test_files_that_are_no_transcript_are_refused_in_words(spoken, client, sign_in, text):
    interview = spoken()
    reviewer(interview, sign_in)
    file = (io.BytesIO(text.encode()), "answer.srt")
    response = client.post(f"/transcripts/{interview.answers[0].id}/words", data={"file": file})
    assert response.status_code == 422 and 'role="alert"' in response.text


SPOKEN_BY_TWO = (
    "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana Ruiz>How was it?</v>\n\n00:02.000 --> "
    "00:04.000\n<v Bo Lind>We cut R&amp;D by 5 %.</v>\n"
)


def test_of_several_speakers_the_page_asks_which_is_the_candidate(spoken, client, sign_in):
    interview = spoken()
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    address = f"/transcripts/{answer.id}/words"
    asked = client.post(address, data={"file": (io.BytesIO(SPOKEN_BY_TWO.encode("utf-16")), "call.vtt")})
    assert asked.status_code == 422 and "Which of them is the candidate?" in asked.text
    assert 'value="Ana Ruiz"' in asked.text and store.versions(answer) == []
    cues = html.unescape(re.search(r'<textarea name="cues" hidden>(.*?)</textarea>', asked.text, re.DOTALL)[1])
    assert client.post(address, data={"cues": cues, "speaker": "Cy"}).status_code == 422
    assert client.post(address, data={"cues": cues, "speaker": "Bo Lind"}).status_code == 302
    words = store.visible(answer).words
    assert words.text == "We cut R&D by 5 %." and words.words[0].start == 2.0


def test_a_file_that_is_no_text_is_refused_and_the_formats_are_named(spoken, client, sign_in):
    interview = spoken()
    reviewer(interview, sign_in)
    file = (io.BytesIO(b"%PDF-1.7\n\x00\x01"), "answer.vtt")
    response = client.post(f"/transcripts/{interview.answers[0].id}/words", data={"file": file})
    assert response.status_code == 422 and ".srt" in response.text
    assert store.versions(interview.answers[0]) == []


def test_nobody_else_sees_or_changes_a_transcript(spoken, fake, run_all, client, sign_in, make):
    interview = spoken()
    run_all(interview)
    address = f"/transcripts/{interview.answers[0].id}"
    for role in (None, Role.RECRUITER, Role.CANDIDATE):
        if role:
            sign_in(make.user(role))
        for path in (address, f"{address}/captions.vtt"):
            assert client.get(path).status_code in (302, 404)
        for path in ("lines", "words", "recognise"):
            assert client.post(f"{address}/{path}", data={"text": "x", "version": 1}).status_code in (302, 404)
    assert len(store.versions(interview.answers[0])) == 1


def test_in_practice_it_is_the_candidates_own(make, fake, run_all, client, sign_in):
    from tests.webapp.analysis.samples import answer_all

    practice = answer_all(make, make.practice(question_set=make.question_set("video")))
    run_all(practice)
    address = f"/transcripts/{practice.answers[0].id}"
    sign_in(make.user(Role.ADMIN))
    assert client.get(address).status_code == 404
    sign_in(practice.candidate)
    assert client.get(address).status_code == 200
    assert client.post(f"{address}/lines", data={"version": 1, "line": ["Mine."]}).status_code == 302


def test_what_is_said_cannot_be_markup(spoken, fake, run_all, client, sign_in):
    fake.words = [Word("<script>alert(1)</script>", 0.0, 1.0, 0.9), Word("-->", 1.0, 2.0, 0.9)]
    interview = spoken()
    run_all(interview)
    reviewer(interview, sign_in)
    answer = interview.answers[0]
    for path in (f"/transcripts/{answer.id}", f"/reports/{interview.id}", f"/transcripts/{answer.id}/captions.vtt"):
        assert "<script>alert" not in client.get(path).text
    assert client.get(f"/transcripts/{answer.id}/captions.vtt").text.count("-->") == 1


def test_a_recogniser_can_be_asked_later(spoken, fake, run_all, client, sign_in, monkeypatch):
    monkeypatch.setenv("VIVA_WHISPER", "off")
    interview = spoken()
    run_all(interview)
    reviewer(interview, sign_in)
    address = f"/transcripts/{interview.answers[0].id}"
    assert client.post(f"{address}/recognise").status_code == 422
    monkeypatch.setenv("VIVA_WHISPER", "/a/folder")
    monkeypatch.setattr("webapp.transcripts.views.transcript.is_available", lambda: True)
    monkeypatch.setattr("ml.transcripts.recogniser.is_available", lambda: True)
    assert "Transcribe it" in client.get(address).text
    assert client.post(f"{address}/recognise").status_code == 302
    assert text_analysis(interview).state is AnalysisState.QUEUED


def test_queueing_twice_writes_down_once(spoken, fake, run_all):
    interview = spoken()
    run_all(interview)
    queue_interview(interview)
    db.session.commit()
    run_all(interview)
    assert fake.calls == 1 and len(store.versions(interview.answers[0])) == 1
