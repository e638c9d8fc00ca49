"""Queueing, running, trying again, taking back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ml.core.errors import MediaError, ModelMissing, Unreadable
from tests.webapp.analysis.samples import answer_all, recorded
from webapp.analysis import leases, operations, readers, runner, tasks
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import draining, events
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.interviews.models import Consent
from webapp.policy import Modality, Purpose
from webapp.recordings.models import Recording, RecordingState
from webapp.reports.models import Report


def states(interview):
    """Per question number and modality: state and reason code."""
    return {
        (row.answer.question.position, row.modality.value): (row.state.value, row.reason_code)
        for row in operations.analyses_of(interview)
    }


def analysis_of(interview, position, modality):
    return next(
        row
        for row in operations.analyses_of(interview)
        if row.answer.question.position == position and row.modality is Modality(modality)
    )


def test_queueing_makes_one_row_per_answer_and_modality(make):
    invitation = make.invitation(question_set=make.question_set("video audio text"))
    interview = answer_all(make, make.interview(invitation=invitation))
    operations.queue_interview(interview)
    db.session.commit()
    assert states(interview) == {
        (1, "face"): ("queued", None),
        (1, "speech"): ("queued", None),
        (1, "text"): ("not_done", "no_transcript"),
        (2, "speech"): ("queued", None),
        (2, "text"): ("not_done", "no_transcript"),
        (3, "text"): ("queued", None),
    }


def test_queueing_twice_changes_nothing(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    runner.run(analysis_of(interview, 1, "face").id)
    before = {row.id: (row.state, row.attempts) for row in operations.analyses_of(interview)}
    operations.queue_interview(interview)
    db.session.commit()
    assert {row.id: (row.state, row.attempts) for row in operations.analyses_of(interview)} == before


def test_an_unanswered_question_says_so(make):
    interview = make.interview()
    for question in interview.question_set.questions:
        make.answer(interview, question)
    operations.queue_interview(interview)
    db.session.commit()
    codes = {code for (_, modality), (_, code) in states(interview).items() if modality != "text"}
    assert codes == {"no_answer"}
    assert states(interview)[(3, "text")] == ("not_done", "no_answer")


def test_running_stores_the_reading_with_its_model(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 1, "face")
    assert runner.run(analysis.id)
    db.session.refresh(analysis)
    assert analysis.state is AnalysisState.DONE and analysis.progress == 1.0 and analysis.lease_owner is None
    assert (analysis.model_name, analysis.model_version) == ("face", "face-test.1")
    assert analysis.result["frames_with_face"] == 279
    with storage.local_path(analysis.answer.kept_take.recording.original_key) as path:
        assert models["calls"] == [("face", str(path))]


def test_a_second_message_does_nothing(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")
    assert runner.run(analysis.id) is True
    assert runner.run(analysis.id) is False
    assert runner.run("0" * 32) is False
    assert len(models["calls"]) == 1


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreadable("no_face", "No face could be found."), "not_done"),
        (Unreadable("silence", "No speech could be heard."), "not_done"),
        (Unreadable("too_little_text", "Three words are too few."), "not_done"),
        (MediaError("truncated", "The recording breaks off."), "failed"),
        (ModelMissing("model_missing", "The face model is missing."), "failed"),
    ],
)
def test_what_cannot_be_read_says_why(make, models, error, state):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    models["face"] = error
    analysis = analysis_of(interview, 1, "face")
    runner.run(analysis.id)
    db.session.refresh(analysis)
    assert (analysis.state.value, analysis.reason_code, analysis.reason) == (state, error.code, error.message)
    assert analysis.attempts == 1 and analysis.result is None


def test_an_unexpected_error_is_tried_again_and_then_fails_without_personal_data(app, make, models, caplog):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    models["text"] = RuntimeError("I, Kim, wrote something private")
    analysis = analysis_of(interview, 3, "text")
    for attempt in range(1, app.config["MAX_ATTEMPTS"] + 1):
        runner.run(analysis.id)
        db.session.refresh(analysis)
        assert analysis.attempts == attempt
    assert analysis.state is AnalysisState.FAILED and analysis.reason_code == "unexpected"
    assert analysis.id in analysis.reason and "Try again" in analysis.reason
    assert "RuntimeError" in caplog.text and "Kim" not in caplog.text and "private" not in caplog.text


def test_a_missing_recording_file_fails_and_can_be_tried_again(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 1, "speech")
    key = analysis.answer.kept_take.recording.original_key
    content = storage.read(key)
    storage.delete(key)
    runner.run(analysis.id)
    db.session.refresh(analysis)
    assert (analysis.state, analysis.reason_code) == (AnalysisState.FAILED, "missing")
    storage.save(key, content)
    operations.retry(analysis)
    db.session.commit()
    runner.run(analysis.id)
    db.session.refresh(analysis)
    assert analysis.state is AnalysisState.DONE


def test_a_missing_model_fails_with_its_message(make, monkeypatch, tmp_path):
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path / "empty"))
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")
    runner.run(analysis.id)
    db.session.refresh(analysis)
    assert (analysis.state, analysis.reason_code) == (AnalysisState.FAILED, "model_missing")
    assert "text model is missing" in analysis.reason


def test_only_a_failure_can_be_tried_again(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")
    with pytest.raises(operations.RetryError):
        operations.retry(analysis)


def test_whoever_lost_the_lease_stores_nothing(make, models, monkeypatch):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")

    def overtaken(modality, source, progress, *, info=None):
        """While the first worker reads, its lease runs out and another one finishes the work."""
        monkeypatch.setattr(readers, "read", original)
        with db.engine.begin() as connection:
            connection.execute(sa.update(Analysis).values(lease_until=now() - timedelta(seconds=1)))
        assert runner.run(analysis.id) is True
        return {**original(modality, source, progress), "coverage": 0.123}

    original = readers.read
    monkeypatch.setattr(readers, "read", overtaken)
    assert runner.run(analysis.id) is False
    db.session.refresh(analysis)
    assert analysis.state is AnalysisState.DONE and analysis.result["coverage"] == 0.95
    assert analysis.attempts == 2


def test_a_held_lease_cannot_be_claimed(make):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")
    assert leases.claim(analysis.id, "one") is True
    assert leases.claim(analysis.id, "two") is False
    assert leases.renew(analysis.id, "two", 0.5) is False
    assert leases.renew(analysis.id, "one", 0.5) is True
    assert leases.settle(analysis.id, "two", AnalysisState.DONE) is False


def test_the_heartbeat_renews_the_lease_and_stops_who_lost_it(app, make):
    app.config.update(HEARTBEAT_SECONDS=0.05)
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 3, "text")
    leases.claim(analysis.id, "one")
    with leases.Heartbeat(analysis.id, "one") as heartbeat:
        heartbeat.report(0.4)
        before = db.session.scalar(sa.select(Analysis.lease_until).where(Analysis.id == analysis.id))
        for _ in range(100):
            db.session.rollback()
            if db.session.scalar(sa.select(Analysis.progress).where(Analysis.id == analysis.id)) == 0.4:
                break
            threading.Event().wait(0.05)
        assert db.session.scalar(sa.select(Analysis.lease_until).where(Analysis.id == analysis.id)) > before
        db.session.rollback()
        leases.settle(analysis.id, "one", AnalysisState.QUEUED)
        with pytest.raises(leases.LeaseLostError):
            for _ in range(100):
                heartbeat.report(0.5)
                threading.Event().wait(0.05)


def test_a_worker_that_stops_hands_its_analysis_to_another(app, make, models, monkeypatch):
    app.config.update(HEARTBEAT_SECONDS=0.02)
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis_id = analysis_of(interview, 3, "text").id
    sent = []
    monkeypatch.setattr(tasks.read_words, "delay", sent.append)
    monkeypatch.setattr(draining, "_shared", bytearray(8))

    def read(_modality, _source, progress, *, info=None):
        draining.begin(0.0)
        for _ in range(200):
            progress(0.5)
            threading.Event().wait(0.05)

    monkeypatch.setattr(readers, "read", read)
    assert runner.run(analysis_id) is False
    row = db.session.get(Analysis, analysis_id, populate_existing=True)
    assert (row.state, row.lease_owner, row.attempts) == (AnalysisState.QUEUED, None, 0)
    assert sent == [analysis_id]
    db.session.rollback()
    assert leases.claim(analysis_id, "another") is True


def test_a_withdrawn_consent_deletes_its_readings_and_what_was_made_of_them(make, run_all):
    interview = answer_all(make, make.interview())
    run_all(interview)
    assert db.session.scalar(sa.select(Report)) is not None
    interview.consents.append(Consent(purpose=Purpose.FACE, granted=False, text_version="test"))
    operations.consents_changed(interview)
    db.session.commit()
    face = analysis_of(interview, 1, "face")
    assert (face.state, face.reason_code, face.result) == (AnalysisState.NOT_DONE, "no_consent", None)
    assert face.model_version is None
    assert analysis_of(interview, 1, "speech").state is AnalysisState.DONE
    assert db.session.scalar(sa.select(Report)) is None


def test_a_consent_withdrawn_while_it_is_read_keeps_the_reading_out(make, models, monkeypatch):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    db.session.commit()
    analysis = analysis_of(interview, 1, "face")
    original = readers.read

    def withdrawn(modality, source, progress, *, info=None):
        interview.consents.append(Consent(purpose=Purpose.FACE, granted=False, text_version="test"))
        operations.consents_changed(interview)
        db.session.commit()
        return original(modality, source, progress)

    monkeypatch.setattr(readers, "read", withdrawn)
    assert runner.run(analysis.id) is False
    db.session.refresh(analysis)
    assert (analysis.state, analysis.result) == (AnalysisState.NOT_DONE, None)


def test_the_policy_is_asked_again_before_the_work_starts(make, models):
    interview = answer_all(make, make.interview())
    operations.queue_interview(interview)
    interview.position.country = "FR"
    db.session.commit()
    analysis = analysis_of(interview, 1, "face")
    runner.run(analysis.id)
    db.session.refresh(analysis)
    assert (analysis.state, analysis.reason_code) == (AnalysisState.NOT_DONE, "prohibited_in_eea")
    assert models["calls"] == []


def test_a_recording_that_is_verified_late_is_queued_by_the_sweep(make, models):
    interview = answer_all(make, make.interview())
    recording = db.session.scalars(sa.select(Recording)).first()
    recording.state = RecordingState.VERIFYING
    db.session.commit()
    operations.queue_interview(interview)
    db.session.commit()
    assert states(interview)[(1, "face")] == ("not_done", "no_recording")
    recording.state = RecordingState.READY
    db.session.commit()
    events.send_sweep()
    assert states(interview)[(1, "face")] == ("queued", None)
    assert states(interview)[(1, "speech")] == ("queued", None)


def test_an_audio_answer_has_no_face(make):
    interview = make.interview(invitation=make.invitation(question_set=make.question_set("audio")))
    recorded(make, make.answer(interview, interview.question_set.questions[0]), video=False)
    operations.queue_interview(interview)
    db.session.commit()
    assert set(states(interview)) == {(1, "speech"), (1, "text")}
