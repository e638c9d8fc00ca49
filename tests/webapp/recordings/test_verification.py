"""From "all bytes are here" to ready or rejected, by real decoding."""

from __future__ import annotations

import errno
import hashlib
import io
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from celery.exceptions import SoftTimeLimitExceeded

from ml.media import demux, sandbox, synthetic
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.core.object_uploads import ASIDE, ObjectUploads
from webapp.core.storage import storage
from webapp.core.turns import LATER
from webapp.recordings import operations, verification
from webapp.recordings.models import Recording, RecordingState
from webapp.recordings.takes import takes_left
from webapp.recordings.tasks import verify


@pytest.fixture
def interview(make, open_interview):
    return open_interview(make.interview(question_set=make.question_set("video audio text")))


@pytest.fixture
def question(interview):
    return interview.question_set.questions[0]


def verified(recording: Recording) -> Recording:
    verify.run(recording.id)
    return db.session.get(Recording, recording.id, populate_existing=True)


def test_a_recording_becomes_ready(tus, app, interview, question, webm, client):
    data = webm(2.0)
    sha256 = hashlib.sha256(data).hexdigest()
    recording = tus.upload(interview, question, data, sha256=sha256)
    assert client.get(f"/recordings/{recording.id}").json["state"] == "verifying"
    recording = verified(recording)
    assert recording.state is RecordingState.READY
    assert recording.sha256 == sha256
    assert recording.seconds == pytest.approx(2.0, abs=0.1)
    assert (recording.width, recording.height, recording.has_audio) == (160, 120, True)
    assert storage.read(recording.original_key) == data
    with storage.local_path(recording.playable_key) as path:
        assert demux.probe(path).seconds == pytest.approx(2.0, abs=0.1)
    assert list((app.config["HOME"] / "uploads").iterdir()) == []
    assert recording.take.answer.kept_take is recording.take
    assert client.get(f"/recordings/{recording.id}").json["sha256"] == sha256


def test_sound_alone_answers_an_audio_question(tus, interview, webm):
    recording = tus.upload(interview, interview.question_set.questions[1], webm(2.0, video=False))
    assert verified(recording).state is RecordingState.READY
    assert not recording.has_video


def aside(app, recording: Recording) -> bytes | None:
    """What was set aside of an upload, in the folder or in storage; None where nothing was."""
    if isinstance(storage.uploads, ObjectUploads):
        objects = storage.uploads._objects
        blocks = [objects.open(key) for key in sorted(objects.entries_of(ASIDE, recording.id))]
        return b"".join(block.read() for block in blocks) if blocks else None
    path = app.config["HOME"] / "set-aside" / recording.id
    return path.read_bytes() if path.exists() else None


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        (lambda data: b"", "empty", "Nothing was recorded"),
        (lambda data: b"Dear all,\nplease find my answer below.\n" * 50, "not_media", "not a recording"),
        (cut, "truncated", "breaks off in the middle"),
        (lambda data: data[:200], "truncated", "breaks off"),
    ],
    ids=["empty", "text renamed .webm", "truncated", "only a header"],
)
def test_bad_recordings_are_rejected_with_a_reason(tus, app, client, interview, question, webm, damage, code, words):
    recording = verified(tus.upload(interview, question, damage(webm(2.0))))
    assert (recording.state, recording.reason_code) == (RecordingState.REJECTED, code)
    assert words in recording.reason
    assert "Record it again" in recording.reason
    assert takes_left(recording.take.answer) == question.takes_allowed
    assert list((app.config["HOME"] / "uploads").glob("*[!k]")) == []
    if data := damage(webm(2.0)):  # never deleted on a guess
        assert aside(app, recording) == data
    page = client.get(f"/interview/{interview.id}/questions/1").text
    assert words in page
    assert "3 of 3 takes left" in page
    operations.discard(recording)
    db.session.commit()
    assert aside(app, recording) is None


def test_what_was_recorded_until_a_reload_is_kept(tus, interview, question, webm):
    recording = verified(tus.upload(interview, question, cut(webm(2.0)), interrupted=True))
    assert recording.state is RecordingState.READY
    assert 1 < recording.seconds < 1.9


def test_a_reload_before_the_first_picture(tus, interview, question, webm):
    recording = verified(tus.upload(interview, question, webm(2.0)[:200], interrupted=True))
    assert recording.reason_code == "cut_short"
    assert "Record it again" in recording.reason


def test_a_second_of_silence_is_no_answer(tus, interview, question, webm):
    assert verified(tus.upload(interview, question, webm(0.5))).reason_code == "too_short"


def test_the_tracks_that_a_question_needs_must_be_there(tus, interview, question, webm):
    assert verified(tus.upload(interview, question, webm(2.0, video=False))).reason_code == "no_video"
    audio = interview.question_set.questions[1]
    assert verified(tus.upload(interview, audio, webm(2.0, audio=False))).reason_code == "no_audio"


def test_a_wrong_checksum_is_found(tus, interview, question, webm):
    recording = verified(tus.upload(interview, question, webm(2.0), sha256="0" * 64))
    assert (recording.state, recording.reason_code) == (RecordingState.REJECTED, "checksum")


def test_a_verified_recording_is_not_verified_again(tus, interview, question, webm):
    recording = verified(tus.upload(interview, question, webm(2.0)))
    ready_at = recording.ready_at
    assert verified(recording).ready_at == ready_at


def test_two_workers_do_not_share_a_recording(tus, interview, question, webm):
    recording = tus.upload(interview, question, webm(2.0))
    assert verification.claim(recording.id, "one") is not None
    db.session.commit()
    assert verification.claim(recording.id, "two") is None


def test_a_killed_verification_is_picked_up_again(tus, app, interview, question, webm, monkeypatch):
    sent = []
    monkeypatch.setattr(verify, "delay", sent.append)
    recording = tus.upload(interview, question, webm(2.0))
    assert sent == [recording.id]
    verification.claim(recording.id, "killed")
    db.session.commit()
    assert operations.pending_verifications() == []
    later = now() + timedelta(seconds=app.config["LEASE_SECONDS"] + 1)
    assert operations.pending_verifications(later) == [recording]
    recording.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    for expected in (1, 0):  # and not once more while that message is on its way
        assert operations.requeue_pending() == expected
        db.session.commit()
    assert sent == [recording.id] * 2
    assert verified(recording).state is RecordingState.READY


def test_killed_after_the_files_were_moved(tus, interview, question, webm, monkeypatch):
    recording = tus.upload(interview, question, webm(2.0))

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(verification, "_let_go", killed)
        with pytest.raises(KeyboardInterrupt):
            verify.run(recording.id)
    db.session.rollback()
    db.session.get(Recording, recording.id, populate_existing=True).lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert verified(recording).state is RecordingState.READY


def test_what_brings_workers_down_is_given_up(tus, app, interview, question, webm):
    recording = tus.upload(interview, question, webm(2.0))
    recording.attempts = app.config["MAX_ATTEMPTS"]
    db.session.commit()
    recording = verified(recording)
    assert recording.reason_code == "not_verified"
    assert "our fault" in recording.reason
    assert storage.uploads.exists(recording.id)


def failing(monkeypatch, error: Exception) -> None:
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(sandbox, "verify_and_copy", fail)


def again(recording: Recording) -> Recording:
    """Verify it as the sweep has it done once its time has come."""
    wait = recording.lease_until - now()
    assert timedelta(seconds=1) < wait <= timedelta(seconds=verification.LATEST)
    assert recording.lease_owner == LATER and operations.pending_verifications() == []  # no message takes it before
    recording.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    return verified(recording)


@pytest.mark.parametrize(
    "error",
    [
        sandbox.SandboxFailedError("it did not end"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        SoftTimeLimitExceeded(),
        sa.exc.OperationalError("COMMIT", None, Exception("database is locked")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_busy_or_broken_machine_never_rejects_a_recording(
    tus, app, interview, question, webm, monkeypatch, error: Exception
):
    recording = tus.upload(interview, question, webm(2.0))
    with monkeypatch.context() as patched:
        failing(patched, error)
        recording = verified(recording)
        for _ in range(3 * app.config["MAX_ATTEMPTS"]):
            recording = again(recording)
        assert (recording.state, recording.attempts) == (RecordingState.VERIFYING, 0)
    recording.received_at -= timedelta(hours=3)
    assert again(recording).state is RecordingState.READY


def test_a_worker_that_is_killed_often_says_nothing_about_the_recording(tus, app, interview, question, webm):
    recording = tus.upload(interview, question, webm(2.0))
    for _ in range(3 * app.config["MAX_ATTEMPTS"]):
        assert verification.claim(recording.id, "killed")
        recording.lease_until = now() - timedelta(seconds=1)
        db.session.commit()
    assert verified(recording).state is RecordingState.READY


def test_what_reaches_a_bound_each_time_is_set_aside_and_not_called_too_large(
    tus, app, interview, question, webm, monkeypatch
):
    recording = tus.upload(interview, question, webm(2.0))
    with monkeypatch.context() as patched:
        failing(patched, sandbox.BoundReachedError("more memory than 256 MB"))
        recording = verified(recording)
        while recording.state is RecordingState.VERIFYING:
            recording = again(recording)
    assert (recording.reason_code, recording.attempts) == ("not_verified", app.config["MAX_ATTEMPTS"])
    assert storage.uploads.exists(recording.id)


def test_a_bound_that_is_reached_once_is_forgiven(tus, interview, question, webm, monkeypatch):
    recording = tus.upload(interview, question, webm(2.0))
    with monkeypatch.context() as patched:
        failing(patched, sandbox.BoundReachedError("more than 191 s of processor time"))
        recording = verified(recording)
    assert again(recording).state is RecordingState.READY


def test_a_bound_says_nothing_where_somebody_else_has_the_recording(tus, app, interview, question, webm):
    recording = tus.upload(interview, question, webm(2.0))
    verification.claim(recording.id, "somebody else")
    db.session.commit()
    for _ in range(app.config["MAX_ATTEMPTS"] + 1):
        verification.try_later(recording, "me", sandbox.BoundReachedError("late"))
    db.session.refresh(recording)
    assert (recording.state, recording.lease_owner) == (RecordingState.VERIFYING, "somebody else")


@pytest.mark.parametrize("checked", [False, True])
def test_a_browser_that_declares_late_did_not_cut_its_recording_short(
    tus, client, interview, question, webm, checked: bool
):
    """A busy server: the last part arrived, and two minutes later the sweep was before the browser's last word."""
    data = webm(2.0)
    url = tus.create(interview, question).headers["Location"]
    tus.patch(url, 0, data, Upload_Length=str(len(data)))
    recording = db.session.get(Recording, url.rsplit("/", 1)[1])
    recording.received_at = now() - operations.UNDECLARED - timedelta(seconds=1)
    db.session.commit()
    assert operations.requeue_pending() == 1
    db.session.commit()
    assert recording.interrupted
    if checked:
        recording = verified(recording)
    wrong = client.post(f"/recordings/{recording.id}/finish", json={"interrupted": True, "sha256": "0" * 64})
    assert wrong.status_code < 300 and recording.interrupted
    right = hashlib.sha256(data).hexdigest()
    assert client.post(f"/recordings/{recording.id}/finish", json={"sha256": right}).status_code < 300
    recording = recording if checked else verified(recording)
    db.session.refresh(recording)
    assert (recording.state, recording.interrupted) == (RecordingState.READY, False)


def test_the_lease_is_renewed_while_a_worker_works(tus, app, interview, question, webm, monkeypatch):
    app.config["HEARTBEAT_SECONDS"] = 0.05
    recording = tus.upload(interview, question, webm(2.0))
    verification.claim(recording.id, "me")
    db.session.commit()
    before = recording.lease_until
    with verification.heartbeat(recording.id, "me"):
        import time

        time.sleep(0.3)
    db.session.refresh(recording)
    assert recording.lease_until > before


def test_a_withdrawn_recording_leaves_no_file(tus, interview, question, webm):
    recording = verified(tus.upload(interview, question, webm(2.0)))
    keys = [recording.original_key, recording.playable_key]
    assert all(storage.exists(key) for key in keys)
    candidate.record_consents(interview, set())
    db.session.commit()
    assert not any(storage.exists(key) for key in keys)
    assert db.session.query(Recording).count() == 0


def test_withdrawn_while_it_was_being_verified(tus, app, interview, question, webm, monkeypatch):
    recording = tus.upload(interview, question, webm(2.0))
    recording_id = recording.id
    verify_and_copy = sandbox.verify_and_copy

    def withdraw_meanwhile(*arguments):
        found = verify_and_copy(*arguments)
        with db.engine.begin() as connection:
            connection.execute(Recording.__table__.delete())
        return found

    monkeypatch.setattr(sandbox, "verify_and_copy", withdraw_meanwhile)
    verify.run(recording_id)
    assert [path for path in app.config["HOME"].rglob(f"*{recording_id}*")] == []


def black_and_silent(seconds: float = 2.0) -> bytes:
    """A recording through a covered lens, the microphone switched off."""
    with tempfile.NamedTemporaryFile(suffix=".webm") as file:
        pictures = [np.full((120, 160, 3), 3, np.uint8)] * round(seconds * 10)
        synthetic.encode(file.name, pictures, 10, np.zeros(round(seconds * 48000), np.float32), 48000)
        return Path(file.name).read_bytes()


def test_a_black_picture_and_a_dead_microphone_are_said_before_submitting(tus, client, interview, question, webm):
    recording = verified(tus.upload(interview, question, black_and_silent()))
    assert (recording.state, recording.reason_code) == (RecordingState.READY, "black_and_silent")
    assert "camera covered" in client.get(f"/recordings/{recording.id}").json["reason"]
    for page in (f"/interview/{interview.id}/questions/1", f"/interview/{interview.id}/review"):
        assert "camera covered" in client.get(page).text
    assert verified(tus.upload(interview, question, webm(2.0))).reason is None


def test_longer_than_the_question_allows(tus, make, open_interview, webm):
    interview = open_interview(make.interview(invitation=make.invitation(question_set=make.question_set("audio"))))
    question = interview.question_set.questions[0]
    question_limit(question, 10)
    kept = tus.upload(interview, question, webm(24.0, video=False))
    verify.run(kept.id)
    assert (
        db.session.get(Recording, kept.id).state is RecordingState.READY
    )  # 10 s and some grace: slow timers are nobody's fault
    taken = tus.upload(interview, question, webm(40.0, video=False))
    verify.run(taken.id)
    taken = db.session.get(Recording, taken.id)
    assert (taken.state, taken.reason_code) == (RecordingState.REJECTED, "too_long")


def question_limit(question, seconds: int) -> None:
    """Published questions do not change; this one is as if it had been made so."""
    db.session.execute(
        sa.text("update questions set limit_seconds = :s where id = :i"), {"s": seconds, "i": question.id}
    )
    db.session.commit()


@pytest.mark.parametrize("video", [True, False])
def test_the_bytes_are_read_twice_at_most(tus, app, interview, question, webm, monkeypatch, video):
    """Once for their hash, once to decode and to copy them; what else is looked at are headers."""
    asked = question if video else interview.question_set.questions[1]
    data = webm(6.0, video=video)
    recording = tus.upload(interview, asked, data)
    read = Counter()
    real = Path.open

    class Counting(io.FileIO):
        def readinto(self, buffer):
            count = super().readinto(buffer)
            read[self.name] += count or 0
            return count

        def read(self, size=-1):
            found = super().read(size)
            read[self.name] += len(found or b"")
            return found

    def opened(path, mode="r", *rest, **options):
        return Counting(str(path), "r") if mode == "rb" else real(path, mode, *rest, **options)

    monkeypatch.setattr(Path, "open", opened)

    def here(path, target, bounds):
        return demux.verify_and_copy(path, target)  # in this process, to count

    monkeypatch.setattr(sandbox, "verify_and_copy", here)
    assert verified(recording).state is RecordingState.READY
    upload = str(app.config["HOME"] / "uploads" / recording.id)
    assert read[upload] > 1.9 * len(data), "the test counts nothing"
    assert read[upload] <= 2 * len(data) + 4096
