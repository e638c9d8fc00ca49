"""Files of an invitation: checked by what is in them, shown beside the answers, hidden in blind review."""

from __future__ import annotations

import io
import zipfile

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.interviews import attachments
from webapp.interviews.attachments import AttachmentError, attach, clean_name, type_of
from webapp.organisations.models import TeamRole
from webapp.reviews.models import Scorecard, ScorecardState

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def word(*more: str, body: bytes = b"<w:document/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            archive.writestr(name, body)
    return file.getvalue()


def picture(ending: str) -> bytes:
    _done, data = cv2.imencode(ending, np.zeros((4, 6, 3), np.uint8))
    return data.tobytes()


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


@pytest.fixture
def invitation(make, recruiter):
    return make.invitation(created_by=recruiter)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (word(), attachments.DOCX),
        (picture(".png"), "image/png"),
        (picture(".jpg"), "image/jpeg"),
        (picture(".webp"), "image/webp"),
        (b"MZ\x90\x00 a program", None),
        (b"%PDF-1.7 cut off", None),
        (b"<html><script>alert(1)</script>", None),
        (b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>", None),
        (word("word/vbaProject.bin"), None),
        (b"PK\x03\x04 no archive", None),
        (word("evil.bin", body=b"0" * 60_000_000), None),
        (b"GIF89a", None),
    ],
)
def test_a_file_is_what_is_in_it(content: bytes, media_type: str | None):
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("CV.pdf", "CV.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\files\\Lebenslauf Müller.exe", "Lebenslauf Müller.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("", "file.pdf"),
    ],
)
def test_names_lose_their_path_and_another_kinds_ending(name: str, kept: str):
    assert clean_name(name, "application/pdf") == kept


def test_the_same_file_is_kept_once_and_too_many_or_too_large_are_refused(invitation, recruiter):
    first = attach(invitation, "CV.pdf", PDF, by=recruiter)
    assert attach(invitation, "again.pdf", PDF, by=recruiter) is first
    assert storage.read(first.key) == PDF
    with pytest.raises(AttachmentError, match="10 MB"):
        attach(invitation, "big.pdf", PDF + b"0" * attachments.LARGEST, by=recruiter)
    with pytest.raises(AttachmentError, match="empty"):
        attach(invitation, "none.pdf", b"", by=recruiter)
    for number in range(attachments.MOST - 1):
        attach(invitation, f"{number}.pdf", b"%PDF-1.7 " + str(number).encode() + b"%%EOF", by=recruiter)
    with pytest.raises(AttachmentError, match="10 files"):
        attach(invitation, "one more.pdf", b"%PDF-1.7 more %%EOF", by=recruiter)


def test_the_bytes_go_with_the_row(invitation, recruiter):
    row = attach(invitation, "CV.pdf", PDF, by=recruiter)
    db.session.commit()
    key = row.key
    attachments.remove(row)
    assert storage.read(key) == PDF
    db.session.commit()
    assert storage.read(key) is None and invitation.attachments == []


def test_they_are_attached_on_the_page_and_served_so_that_nothing_runs(client, invitation):
    files = {"file": [(io.BytesIO(PDF), "CV Zoë.pdf"), (io.BytesIO(b"MZ"), "evil.exe")]}
    answer = client.post(
        f"/invitations/{invitation.id}/files", data=files, content_type="multipart/form-data", follow_redirects=True
    )
    assert "1 file attached" in answer.text and "evil.exe" in answer.text
    file = client.get(f"/reviews/files/{invitation.attachments[0].id}")
    assert file.data == PDF and file.mimetype == "application/pdf"
    assert "default-src 'none'" in file.headers["Content-Security-Policy"]
    assert file.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in file.headers["Cache-Control"]
    assert file.headers["Content-Disposition"].isascii() and "Zo%C3%AB" in file.headers["Content-Disposition"]


def test_blind_review_hides_files_and_name_until_ones_own_scorecard_is_in(app, client, make, sign_in):
    owner, reviewer = make.user(), make.user()
    team = make.team((owner, TeamRole.OWNER), (reviewer, TeamRole.REVIEWER))
    position = make.position(team=team, created_by=owner, blind_review=True)
    invitation = make.invitation(position=position, created_by=owner, name="Quentin Aster", email="quentin@example.org")
    interview = answer_all(make, make.interview(invitation=invitation))
    row = attach(invitation, "Quentin.pdf", PDF, by=owner)
    db.session.commit()
    sign_in(reviewer)
    assert client.get(f"/reviews/files/{row.id}").status_code == 404
    for path in ("/interviews", f"/positions/{position.id}", f"/invitations/{invitation.id}", "/interviews?q=Quentin"):
        text = client.get(path).text.replace('value="Quentin"', "").replace("q=Quentin", "")
        assert "Quentin" not in text and "quentin@" not in text, path
    here, recording = f"/reports/{interview.id}", interview.answers[0].kept_take.recording
    recording.playable_key = recording.original_key
    db.session.commit()
    ways = (here, f"{here}/report.json", f"{here}/figures.json", f"{here}/download", f"{here}/document.html")
    ways += (f"/reviews/{interview.id}", f"/reviews/{interview.id}/answers/1", f"/reviews/{interview.id}/scorecard")
    ways += (f"/transcripts/{interview.answers[0].id}", f"/positions/{position.id}")
    for path in ways:
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code in (200, 403) and "Quentin" not in answer.text, path
    for way in ("media", "poster"):
        assert client.get(f"/recordings/{recording.id}/{way}").status_code == 403
    code = client.get("/interviews").text
    assert f"Candidate {invitation.id[:6].upper()}" in code
    draft = client.post(f"/reviews/{interview.id}/scorecard", data={"then": "submit"}, follow_redirects=True)
    assert "Quentin" not in draft.text
    assert "Quentin" not in client.get(f"/positions/{position.id}").text
    card = db.session.scalar(sa.select(Scorecard)) or Scorecard(interview=interview, reviewer_id=reviewer.id)
    card.state = ScorecardState.SUBMITTED
    db.session.add(card)
    db.session.commit()
    assert client.get(f"/reviews/files/{row.id}").status_code == 200
    assert "Quentin" in client.get(here).text
    sign_in(owner)
    assert "Quentin Aster" in client.get("/interviews").text
