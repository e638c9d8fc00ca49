"""Two web servers side by side, as on a cluster: one database (PostgreSQL) and one storage (S3), and nothing else that
both can see. Each has a data folder of its own here, though the documents let them share one."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import postgres, servers
from tests.webapp import on_servers
from tests.webapp.browsers import Browser
from tests.webapp.conftest import PASSWORD
from tests.webapp.recordings.conftest import OCTETS
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.interviews.operations import invitation_url
from webapp.recordings import verification
from webapp.recordings.models import Recording, RecordingState

pytest.importorskip("psycopg", reason="no driver for PostgreSQL (uv sync --extra cluster)")
pytest.importorskip("boto3", reason="no client of S3 (uv sync --extra cluster)")

TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def cluster(monkeypatch) -> Iterator[None]:
    """Where the application of the test itself finds its database and its storage."""
    with postgres.running() as address, servers.s3() as endpoint:
        for name, value in {
            on_servers.DATABASE: address, on_servers.STORAGE: endpoint, "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(on_servers, "_template", ["template1"])  # what is copied here is gone after the test
        yield


@pytest.fixture
def ports(app: Flask, tmp_path: Path) -> Iterator[list[int]]:
    """Where two servers listen."""
    shared = os.environ | {
        "VIVA_SECRET_KEY": "test", "VIVA_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "VIVA_STORAGE": app.config["STORAGE"], "VIVA_S3_ENDPOINT": app.config["S3_ENDPOINT"],
        "VIVA_STORAGE_KEY": app.config["STORAGE_KEY"],
    }  # fmt: skip
    found, running = [servers.free_port() for _ in range(2)], []
    try:
        for port in found:
            command = [sys.executable, "-m", "webapp.core.server", "--listen", f"127.0.0.1:{port}"]
            log = (tmp_path / f"server-{port}").open("wb")
            env = {**shared, "VIVA_HOME": str(tmp_path / f"home-{port}")}
            running.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log))
            log.close()
        for port in found:
            servers.answering(port, 120)
        yield found
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)


@pytest.mark.full
def test_what_begins_at_one_server_goes_on_at_the_other(app: Flask, ports: list[int], make, webm):
    """A session, an interview and an upload, each begun at one server and continued at the other."""
    here, there = ports
    recruiter = make.user(Role.ADMIN)
    invitation = make.invitation(created_by=recruiter)
    question_id = invitation.question_set.questions[0].id
    link = invitation_url(invitation)
    link = link[link.index("/i/") :]
    db.session.commit()
    data = webm(2.0)
    half = len(data) // 2

    # A candidate opens the link at one, consents at the other, begins to upload at the first.
    candidate = Browser(here)
    assert candidate.form(link) == 302
    db.session.expire_all()
    interview_id = invitation.interview.id
    candidate.port = there
    assert candidate.form(f"/interview/{interview_id}/consent", recording="yes") == 302
    candidate.port = here
    pairs = {"interview": interview_id, "question": question_id, "filetype": "video/webm"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    create = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
    status, said, headers = candidate.send("POST", "/recordings/uploads", b"", create)
    assert status == 201, said
    upload = headers["Location"]
    part = {**TUS, "Content-Type": OCTETS}
    first = candidate.send("PATCH", upload, data[:half], {**part, "Upload-Offset": "0"})
    assert first[0] == 204, first

    # It ends at the other one, which knows how far it has come.
    candidate.port = there
    assert candidate.send("HEAD", upload, None, TUS)[2]["Upload-Offset"] == str(half)
    whole = {**part, "Upload-Offset": str(half), "Upload-Length": str(len(data))}
    assert candidate.send("PATCH", upload, data[half:], whole)[0] == 204
    recording_id = upload.rsplit("/", 1)[1]
    digest = hashlib.sha256(data).hexdigest()
    assert candidate.ask("POST", f"/recordings/{recording_id}/finish", b'{"sha256": "%s"}' % digest.encode(),
                         "application/json")[0] == 202  # fmt: skip

    # A worker elsewhere finds every byte, and both servers know what it found.
    db.session.expire_all()
    assert verification.claim_next("worker").id == recording_id
    db.session.commit()
    recording = verification.verify(db.session.get(Recording, recording_id))
    db.session.commit()
    assert (recording.state, recording.sha256) == (RecordingState.READY, digest)
    played = {}
    for port in ports:
        candidate.port = port
        played[port] = candidate.send("GET", f"/recordings/{recording_id}/media")[:2]
    assert played[here][0] == 200 and played[here] == played[there] and played[here][1]

    # Whoever signs in at one is signed in at both, and signed out at both.
    person = Browser(here)
    assert person.form("/sign-in", email=recruiter.email, password=PASSWORD) == 302
    for port in ports:
        person.port = port
        assert person.ask("GET", "/positions")[0] == 200
    kept = dict(person.cookies)
    assert person.ask("POST", "/sign-out")[0] == 302
    for port in ports:
        person.port, person.cookies = port, dict(kept)  # a copy of the cookie from before
        status, _text, headers = person.send("GET", "/positions")
        assert (status, "/sign-in" in headers["Location"]) == (302, True)
