"""Files of candidates, and the real ClamAV daemon: clean, known to be bad, gone, and back."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from tests import servers
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.core.virus_scan import Scan
from webapp.interviews.attachments import scan_again
from webapp.interviews.models import Attachment
from webapp.interviews.preview_models import Preview

pytestmark = pytest.mark.full

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF"
#: In parts: whole, it would have this file itself taken away by scanners.
EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)", b"7CC)7}$EICAR-", b"STANDARD-ANTIVIRUS-", b"TEST-FILE!$H+H*"])


@pytest.fixture
def daemon(app):
    with servers.clamd(EICAR, "Eicar-Test") as there:
        app.config["CLAMD"] = there.socket
        yield there


@pytest.fixture
def send(client, make, open_interview):
    interview = open_interview(make.interview(invitation=make.invitation(question_set=make.question_set("file"))))

    def send(content: bytes, name: str = "cv.pdf"):
        where = f"/interview/{interview.id}/questions/1/given"
        return client.post(where, data={"file": (io.BytesIO(content), name)}, follow_redirects=True)

    send.page = f"/interview/{interview.id}/questions/1"
    send.interview = interview
    return send


def kept() -> list[tuple[str, Scan]]:
    db.session.expire_all()
    return [(each.name, each.scan) for each in db.session.scalars(sa.select(Attachment))]


def test_clean_files_pass_and_what_it_knows_is_refused(daemon, client, send):
    assert send(PDF).status_code == 200 and kept() == [("cv.pdf", Scan.CLEAN)]
    refused = send(EICAR, "letter.pdf")
    assert refused.status_code == 422 and "virus scanner refuses" in refused.text
    assert kept() == [("cv.pdf", Scan.CLEAN)] and len(storage.keys_of("attachments")) == 1
    assert send(PDF + b"\n" * 9_000_000 + b"%%EOF", "large.pdf").status_code == 200  # many parts
    assert kept() == [("large.pdf", Scan.CLEAN)]


def test_while_it_is_gone_files_wait_and_it_decides_when_it_is_back(daemon, client, send):
    daemon.kill()
    assert send(PDF).status_code == 200 and kept() == [("cv.pdf", Scan.QUARANTINED)]
    assert "Waits for the virus scanner" in client.get(send.page).text
    staff = client.application.test_client()
    by = send.interview.invitation.created_by
    staff.post("/sign-in", data={"email": by.email, "password": "correct horse battery staple"})
    file = f"/reviews/files/{db.session.scalars(sa.select(Attachment.id)).one()}"
    waiting = staff.get(file)
    assert waiting.status_code == 423 and "virus scanner has not answered" in waiting.text
    assert scan_again() == 0 and db.session.scalars(sa.select(Preview)).all() == []

    daemon.start()
    assert scan_again() == 1
    db.session.commit()
    assert kept() == [("cv.pdf", Scan.CLEAN)]
    assert staff.get(file).data == PDF and len(db.session.scalars(sa.select(Preview)).all()) == 1
    assert "Waits for the virus scanner" not in client.get(send.page).text


def test_what_waited_and_is_bad_goes_when_it_is_back(daemon, client, send):
    daemon.kill()
    send(PDF)
    row = db.session.scalars(sa.select(Attachment)).one()
    storage.save(row.key, EICAR, organisation_id=row.invitation.organisation_id)
    daemon.start()
    assert scan_again() == 1
    db.session.commit()
    assert kept() == [] and storage.keys_of("attachments") == []
    assert "cv.pdf" not in client.get(send.page).text
