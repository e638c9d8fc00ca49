"""The tus 1.0 protocol, header by header."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
from datetime import timedelta

import pytest

from webapp import create_app
from webapp.core import uploads
from webapp.core.database import db, now
from webapp.core.extensions import limiter
from webapp.core.storage import storage
from webapp.interviews.answering import GRACE
from webapp.interviews.models import InterviewState, Take
from webapp.recordings import operations
from webapp.recordings.models import Recording, RecordingState


@pytest.fixture
def interview(make, open_interview):
    return open_interview(make.interview())


@pytest.fixture
def question(interview):
    return interview.question_set.questions[0]


@pytest.fixture
def url(tus, interview, question):
    return tus.create(interview, question).headers["Location"]


def row(url: str) -> Recording:
    return db.session.get(Recording, url.rsplit("/", 1)[1], populate_existing=True)


def arrived(recording_id: str) -> bytes:
    """The bytes of an upload that are on disk."""
    with storage.uploads.local_path(recording_id) as path:
        return path.read_bytes()


def test_options_say_what_is_possible(client, app):
    answer = client.options("/recordings/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert int(answer.headers["Tus-Max-Size"]) == app.config["MAX_RECORDING_BYTES"]
    assert "creation-defer-length" in answer.headers["Tus-Extension"]
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_other_versions_are_refused(client, url):
    answer = client.head(url, headers={"Tus-Resumable": "0.2.2"})
    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"


def test_a_take_is_created_and_grows(tus, url):
    head = tus.head(url)
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Defer-Length"]) == (200, "0", "1")
    assert head.headers["Cache-Control"] == "no-store"
    assert "Upload-Expires" in head.headers
    answer = tus.patch(url, 0, b"hello ")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "6")
    answer = tus.patch(url, 6, b"world", Upload_Length="11")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "11")
    head = tus.head(url)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("11", "11")
    assert arrived(row(url).id) == b"hello world"


def test_creation_can_carry_the_first_bytes(tus, client, interview, question):
    metadata = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}"
        for key, value in {"interview": interview.id, "question": question.id, "filetype": "video/webm"}.items()
    )
    answer = client.post(
        "/recordings/uploads",
        data=b"first",
        content_type="application/offset+octet-stream",
        headers=tus.headers(Upload_Metadata=metadata, Upload_Length="9"),
    )
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5")


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_wrong_offset_is_a_conflict(tus, url, at):
    tus.patch(url, 0, b"12345")
    answer = tus.patch(url, at, b"more")
    assert answer.status_code == 409
    assert "5" in answer.json["error"]["message"]
    assert storage.uploads.size(row(url).id) == 5


def test_the_type_of_the_body_is_demanded(tus, client, url):
    answer = client.patch(url, data=b"x", content_type="text/plain", headers=tus.headers(Upload_Offset="0"))
    assert answer.status_code == 415


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksums(tus, url, algorithm):
    right = base64.b64encode(hashlib.new(algorithm, b"good").digest()).decode()
    wrong = tus.patch(url, 0, b"baad", Upload_Checksum=f"{algorithm} {right}")
    assert wrong.status_code == 460
    assert storage.uploads.size(row(url).id) == 0
    assert tus.patch(url, 0, b"good", Upload_Checksum=f"{algorithm} {right}").headers["Upload-Offset"] == "4"
    assert tus.patch(url, 4, b"x", Upload_Checksum="md5 abcd").status_code == 400


def test_two_gigabytes_are_refused_with_words(tus, interview, question):
    answer = tus.create(interview, question, Upload_Length=str(2 * 1024**3))
    assert answer.status_code == 413
    assert "1,024 MB" in answer.json["error"]["message"]
    assert db.session.query(Take).count() == 0


def test_an_upload_of_unknown_length_is_stopped_at_the_limit(tus, app, url):
    app.config["MAX_RECORDING_BYTES"] = 10
    assert tus.patch(url, 0, b"0123456789").status_code == 204
    answer = tus.patch(url, 10, b"x")
    assert answer.status_code == 413
    assert storage.uploads.size(row(url).id) == 10
    assert tus.patch(url, 10, b"", Upload_Length=str(2 * 1024**3)).status_code == 413


def test_a_length_cannot_change_nor_be_exceeded(tus, url):
    tus.patch(url, 0, b"123", Upload_Length="5")
    assert tus.patch(url, 3, b"4", Upload_Length="6").status_code == 400
    assert tus.patch(url, 3, b"45678").status_code == 400
    assert tus.patch(url, 3, b"45", Upload_Length="5").headers["Upload-Offset"] == "5"


def test_the_smaller_of_file_and_database_is_the_truth(tus, app, url):
    tus.patch(url, 0, b"123456")
    path = app.config["HOME"] / "uploads" / row(url).id
    path.write_bytes(b"123456 written and never noted")  # killed between writing and committing
    assert tus.head(url).headers["Upload-Offset"] == "6"
    assert tus.patch(url, 6, b"78").headers["Upload-Offset"] == "8"
    assert path.read_bytes() == b"12345678"
    path.write_bytes(b"1234")  # a disk that lost what it had promised
    assert tus.head(url).headers["Upload-Offset"] == "4"
    assert tus.patch(url, 4, b"!").headers["Upload-Offset"] == "5"
    assert path.read_bytes() == b"1234!"


def test_a_locked_upload_says_so(tus, url, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE", 0.0)
    with storage.uploads.locked(row(url).id):
        assert tus.patch(url, 0, b"x").status_code == 423
    assert tus.patch(url, 0, b"x").status_code == 204


def test_a_full_disk_loses_nothing(tus, url, monkeypatch):
    tus.patch(url, 0, b"safe")

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        answer = tus.patch(url, 4, b"more")
    assert answer.status_code == 507
    assert "safe in this browser" in answer.json["error"]["message"]
    assert arrived(row(url).id) == b"safe"
    assert tus.patch(url, 4, b"more").headers["Upload-Offset"] == "8"


def test_termination_forgets_the_take(tus, client, url):
    tus.patch(url, 0, b"12345")
    recording_id = row(url).id
    assert client.delete(url, headers=tus.headers()).status_code == 204
    assert tus.head(url).status_code == 404
    assert not storage.uploads.exists(recording_id)
    assert db.session.query(Take).count() == 0


def test_others_get_404(app, url, interview, question, make, sign_in, client):
    stranger = app.test_client()
    headers = {"Tus-Resumable": "1.0.0"}
    octets = "application/offset+octet-stream"
    assert stranger.head(url, headers=headers).status_code == 404
    assert stranger.delete(url, headers=headers).status_code == 404
    patch = stranger.patch(url, data=b"x", content_type=octets, headers={**headers, "Upload-Offset": "0"})
    assert patch.status_code == 404
    recording = url.rsplit("/", 1)[1]
    assert stranger.get(f"/recordings/{recording}").status_code == 404
    assert stranger.post(f"/recordings/{recording}/finish", json={}).status_code == 404
    sign_in(make.user())  # signing in ends the session of the link: a recruiter cannot upload
    assert client.head(url, headers=headers).status_code == 404


def test_a_link_opens_one_interview_only(tus, make, url):
    other = make.interview()
    assert tus.create(other, other.question_set.questions[0]).status_code == 404


def test_a_question_of_another_set_is_refused(tus, make, interview):
    other = make.question_set()
    assert tus.create(interview, other.questions[0]).status_code == 403


@pytest.mark.parametrize("type", ["text/html", "video/webm;x=<script>", "image/png", ""])
def test_only_media_types_are_taken(tus, interview, question, type):
    assert tus.create(interview, question, type).status_code == 400
    assert db.session.query(Take).count() == 0


@pytest.mark.parametrize("header", ["interview !!!", "interview /w==", "nothing"])
def test_odd_metadata_makes_no_take(client, tus, header):
    answer = client.post("/recordings/uploads", headers=tus.headers(Upload_Metadata=header, Upload_Length="1"))
    assert answer.status_code in (400, 404)


def test_written_questions_and_refused_consent_take_no_recording(tus, make, open_interview, interview):
    assert tus.create(interview, interview.question_set.questions[2]).status_code == 403
    refused = open_interview(make.interview(consents="text"))
    answer = tus.create(refused, refused.question_set.questions[0])
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "no_consent")


def test_a_take_counts_from_its_first_byte(tus, interview, question):
    assert question.takes_allowed == 3
    for _ in range(5):  # begun and never recorded: makes room for the next
        last = tus.create(interview, question)
    assert db.session.query(Take).count() == 1
    tus.patch(last.headers["Location"], 0, b"1")
    for _ in range(2):
        tus.patch(tus.create(interview, question).headers["Location"], 0, b"1")
    answer = tus.create(interview, question)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "no_takes")
    rejected = db.session.query(Recording).first()
    rejected.state = RecordingState.REJECTED
    db.session.commit()
    assert tus.create(interview, question).status_code == 201


def test_what_was_begun_before_the_deadline_may_finish(tus, interview, question, url):
    interview.invitation.deadline = now() + timedelta(seconds=60)
    db.session.commit()
    tus.patch(url, 0, b"before")
    interview.answers[0].shown_at = now() - timedelta(minutes=5)
    interview.invitation.deadline = now() - timedelta(minutes=1)
    db.session.commit()
    assert tus.patch(url, 6, b"after").status_code == 204
    assert tus.create(interview, question).json["error"]["code"] == "expired"
    interview.invitation.deadline = now() - GRACE - timedelta(minutes=1)
    db.session.commit()
    assert tus.patch(url, 11, b"late").json["error"]["code"] == "expired"


def test_nothing_is_added_after_submission(tus, interview, url):
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.commit()
    assert tus.patch(url, 0, b"x").json["error"]["code"] == "submitted"


def test_finish_waits_for_all_bytes_and_happens_once(tus, client, url):
    recording_id = row(url).id
    tus.patch(url, 0, b"123")
    assert client.post(f"/recordings/{recording_id}/finish", json={}).status_code == 409
    tus.patch(url, 3, b"", Upload_Length="3")
    for _ in range(2):
        assert client.post(f"/recordings/{recording_id}/finish", json={"sha256": "0" * 64}).status_code == 202
    assert row(url).state is RecordingState.VERIFYING
    assert client.post(f"/recordings/{recording_id}/finish", json={"sha256": "<b>"}).status_code == 400
    assert tus.patch(url, 3, b"more").status_code == 409


def test_what_arrived_can_be_made_do_with(tus, client, url):
    tus.patch(url, 0, b"12345")
    answer = client.post(f"/recordings/{row(url).id}/finish", json={"as_it_is": True})
    assert (answer.status_code, answer.json["state"]) == (202, "verifying")
    assert row(url).interrupted


def test_whole_uploads_that_nobody_finished_are_verified(tus, url):
    tus.patch(url, 0, b"12345", Upload_Length="5")
    assert operations.requeue_pending() == 0
    row(url).received_at = now() - timedelta(minutes=3)
    db.session.commit()
    assert operations.requeue_pending() == 1
    assert row(url).state is RecordingState.VERIFYING


def test_creation_is_throttled(tmp_path):
    app = create_app(
        {
            "HOME": tmp_path / "throttled",
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": True,
            "BROKER_URL": "memory://",
            "UPLOADS_RATE": "1 per minute",
        }
    )
    try:
        with app.app_context():
            db.create_all()
        client = app.test_client()
        statuses = [client.post("/recordings/uploads", headers={"Tus-Resumable": "1.0.0"}) for _ in range(2)]
        assert [answer.status_code for answer in statuses] == [404, 429]
    finally:
        limiter.enabled = False  # the extension is shared with the other tests' applications


def test_csrf_is_asked_for(app, tus, url):
    app.config["WTF_CSRF_ENABLED"] = True
    assert tus.patch(url, 0, b"x").status_code == 400


def test_tuspy_understands_us(app, make, tmp_path, webm):
    """The tus project's own Python client, over HTTP."""
    import threading

    from tusclient.client import TusClient
    from werkzeug.serving import make_server

    interview = make.interview()
    question = interview.question_set.questions[0]
    data = webm(2.0)
    (tmp_path / "take.webm").write_bytes(data)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["interviews"] = [interview.id]
    cookie = browser.get_cookie("viva_session", domain="viva.test").value
    app.config["SERVER_NAME"] = None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        client = TusClient(
            f"http://127.0.0.1:{server.server_port}/recordings/uploads", headers={"Cookie": f"viva_session={cookie}"}
        )
        uploader = client.uploader(
            str(tmp_path / "take.webm"),
            chunk_size=10_000,
            metadata={"interview": interview.id, "question": question.id, "filetype": "video/webm"},
            upload_checksum=True,
        )
        uploader.upload_chunk()
        again = client.uploader(str(tmp_path / "take.webm"), chunk_size=10_000, url=uploader.url)  # a new process
        again.upload()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert arrived(row(uploader.url).id) == data


def test_a_proxy_that_blocks_patch_is_got_around_by_post(tus, interview, question, client):
    url = tus.create(interview, question).headers["Location"]
    sent = tus.headers(Upload_Offset="0", X_HTTP_Method_Override="PATCH")
    answer = client.post(url, data=b"abc", content_type="application/offset+octet-stream", headers=sent)
    assert answer.status_code == 204 and answer.headers["Upload-Offset"] == "3"
    asked = client.post(url, headers=tus.headers(X_HTTP_Method_Override="HEAD"))
    assert asked.status_code == 200 and asked.headers["Upload-Offset"] == "3"
    assert client.post(url, headers=tus.headers(X_HTTP_Method_Override="DELETE")).status_code == 204


def test_the_override_changes_no_other_request(client, interview):
    path = f"/interview/{interview.id}/probe"
    assert client.post(path, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200
    assert client.get(path, headers={"X-HTTP-Method-Override": "PATCH"}).status_code == 405


def test_the_device_check_can_try_what_recordings_are_sent_with(client, interview):
    assert client.patch(f"/interview/{interview.id}/probe", data=b"x" * 16).status_code == 200
