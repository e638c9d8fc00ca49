"""Previews beside answers: asked for once a file may be read, shown to whoever may open it, gone when it goes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import sqlalchemy as sa

from ml.media import previews as drawing
from ml.media.sandbox import SandboxFailedError
from tests.webapp.analysis.samples import answer_all
from tests.webapp.interviews.test_attachments import PDF, picture
from webapp.core import personal_data, virus_scan
from webapp.core.database import db
from webapp.core.personal_data import Scope
from webapp.core.storage import storage
from webapp.core.virus_scan import Scan
from webapp.interviews import attachments, previews
from webapp.interviews.attachments import attach
from webapp.interviews.preview_models import Preview, PreviewState
from webapp.organisations.models import TeamRole

PAGE = drawing.Page(picture(".webp"), "Zoë <b>Example</b>")


@pytest.fixture
def drawn(monkeypatch):
    """In place of the confined process: what it answers, or raises."""
    answers: list = []

    def make(path, media_type):
        assert path.read_bytes()
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(drawing, "make", make)
    return answers


@pytest.fixture
def file(make, sign_in):
    recruiter = sign_in(make.user())
    invitation = make.invitation(created_by=recruiter)
    answer_all(make, make.interview(invitation=invitation))
    row = attach(invitation, "Zoë.pdf", PDF, by=recruiter)
    db.session.commit()
    return row


def prepared(row) -> Preview:
    preview = db.session.scalars(sa.select(Preview).where(Preview.attachment_id == row.id)).one()
    previews.prepare(preview.id)
    db.session.expire_all()
    return preview


def test_pages_are_seen_beside_the_answers_without_opening_the_file(client, file, drawn):
    report = f"/reports/{file.invitation.interview.id}"
    assert "A preview is being made." in client.get(report).text
    drawn.append(drawing.Preview([PAGE, PAGE], total=7, cut=True))
    preview = prepared(file)
    assert (preview.state, preview.total, preview.lease_owner) == (PreviewState.READY, 7, None)
    text = client.get(report).text
    assert text.count("/pages/") == 2 and 'alt="Page 2 of Zoë.pdf"' in text and "only its beginning" in text
    assert "Zoë &lt;b&gt;Example" in text and "<iframe" not in text
    page = client.get(f"/reviews/files/{file.id}/pages/2")
    assert page.data == PAGE.picture and page.mimetype == "image/webp"
    assert "sandbox" in page.headers["Content-Security-Policy"] and "no-store" in page.headers["Cache-Control"]
    assert [client.get(f"/reviews/files/{file.id}/pages/{number}").status_code for number in (0, 3)] == [404, 404]


def test_words_of_a_document_are_text_and_never_markup(client, file, drawn):
    drawn.append(drawing.Preview(blocks=[("heading", "CV"), ("item", "<script>alert(1)</script>")]))
    prepared(file)
    text = client.get(f"/reports/{file.invitation.interview.id}").text
    assert "words alone" in text and ">CV</h3>" in text and "• &lt;script&gt;" in text


@pytest.mark.parametrize("code", ["locked", "broken", "too_large", "too_long", "empty"])
def test_a_file_without_a_preview_says_why_and_can_be_opened(client, file, drawn, code):
    drawn.append(drawing.PreviewError(code))
    assert prepared(file).state is PreviewState.FAILED
    text = client.get(f"/reports/{file.invitation.interview.id}").text
    assert previews.REASONS[code] in text and "You can still open it." in text
    assert client.get(f"/reviews/files/{file.id}").data == PDF


def test_what_a_machine_does_is_tried_again_and_not_for_ever(file, drawn, app):
    drawn.append(SandboxFailedError("no memory"))
    for _ in range(app.config["MAX_ATTEMPTS"] - 1):
        assert prepared(file).state is PreviewState.WAITING
    preview = prepared(file)
    assert (preview.state, preview.reason) == (PreviewState.FAILED, previews.REASONS[""])


def test_a_file_in_quarantine_has_no_preview_until_it_is_released(client, make, sign_in, drawn, monkeypatch):
    recruiter, said = sign_in(make.user()), [Scan.QUARANTINED]
    monkeypatch.setattr(virus_scan, "scan", lambda content: said[0])
    invitation = make.invitation(created_by=recruiter)
    answer_all(make, make.interview(invitation=invitation))
    row = attach(invitation, "cv.pdf", PDF, by=recruiter)
    db.session.commit()
    previews.requeue()
    assert db.session.scalars(sa.select(Preview)).all() == []
    early = Preview(attachment_id=row.id, texts=["secret"])  # even if somebody had asked
    db.session.add(early)
    db.session.commit()
    drawn.append(AssertionError("it was read"))
    assert prepared(row).state is PreviewState.WAITING
    assert client.get(f"/reviews/files/{row.id}/pages/1").status_code == 423
    report = client.get(f"/reports/{invitation.interview.id}").text
    assert "Waits for the virus scanner" in report and "Show here" not in report
    db.session.delete(early)
    db.session.commit()
    said[0], drawn[0] = Scan.CLEAN, drawing.Preview([PAGE], total=1)
    assert attachments.scan_again() == 1
    db.session.commit()
    assert prepared(row).state is PreviewState.READY


def test_it_goes_with_the_file_and_is_exported_with_it(file, drawn):
    drawn.append(drawing.Preview([PAGE], total=1))
    preview, scope = prepared(file), Scope(invitations=(file.invitation_id,))
    holding = next(each for each in personal_data.holdings() if each.model is Preview)
    assert [row["texts"] for row in holding.exported(scope)] == [[PAGE.text]] and holding.files == ("previews",)
    assert holding.ids(scope) == [preview.id] and holding.ids(Scope(invitations=("0" * 32,))) == []
    assert storage.keys_of("previews") == [preview.key(1)]
    attachments.remove(file)
    db.session.commit()
    assert storage.keys_of("previews") == [] and db.session.scalars(sa.select(Preview)).all() == []


def test_a_file_that_is_deleted_while_it_is_drawn_leaves_no_pictures(file, monkeypatch):
    def make(_path, _media_type):
        db.session.delete(file)
        db.session.commit()
        return drawing.Preview([PAGE], total=1)

    monkeypatch.setattr(drawing, "make", make)
    waiting = db.session.scalars(sa.select(Preview.id)).one()
    previews.prepare(waiting)
    assert storage.keys_of("previews") == []


def test_files_from_before_are_asked_for_and_lost_messages_sent_again(file, app):
    preview = db.session.scalars(sa.select(Preview)).one()
    assert previews.requeue() == 0
    preview.created_at -= 2 * previews.leases.term()
    db.session.commit()
    assert previews.requeue() == 1 and previews.requeue() == 0
    db.session.delete(preview)
    db.session.commit()
    assert previews.requeue() == 1 and previews.requeue() == 0


def test_blind_review_hides_it_as_it_hides_the_file(client, make, sign_in, drawn):
    owner, reviewer = make.user(), make.user()
    team = make.team((owner, TeamRole.OWNER), (reviewer, TeamRole.REVIEWER))
    position = make.position(team=team, created_by=owner, blind_review=True)
    invitation = make.invitation(position=position, created_by=owner)
    answer_all(make, make.interview(invitation=invitation))
    row = attach(invitation, "Quentin.pdf", PDF, by=owner)
    db.session.commit()
    drawn.append(drawing.Preview([PAGE], total=1))
    prepared(row)
    sign_in(reviewer)
    assert client.get(f"/reviews/files/{row.id}/pages/1").status_code == 404
    sign_in(owner)
    assert client.get(f"/reviews/files/{row.id}/pages/1").status_code == 200


def test_the_whole_way_through_the_confined_process(app, make, sign_in):
    recruiter = sign_in(make.user())
    noise = np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8)
    content = cv2.imencode(".png", noise)[1].tobytes()
    row = attach(make.invitation(created_by=recruiter), "me.png", content, by=recruiter)
    db.session.commit()
    preview = prepared(row)
    assert (preview.state, preview.texts, preview.total) == (PreviewState.READY, [""], 1)
    assert (storage.read(preview.key(1)) or b"")[:4] == b"RIFF"
