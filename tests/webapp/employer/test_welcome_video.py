"""A captioned welcome in a video: taken in, read by a person, played by candidates before they agree, and let go."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from tests.webapp.recordings.conftest import _webm
from webapp.accounts.models import Role
from webapp.clips.models import CaptionState, Clip
from webapp.core import personal_data
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.employer import operations
from webapp.employer.models import EmployerPage
from webapp.governance.models import AuditEntry
from webapp.interviews.operations import invitation_url


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN))


def welcome(client, invitation) -> str:
    client.post("/sign-out")
    client.post(invitation_url(invitation))
    return client.get(f"/interview/{invitation.interview.id}").text


def test_it_is_recorded_read_shown_replaced_and_taken_off(client, make, admin, sign_in):
    assert "Record or upload one" in client.get("/employer/").text
    assert client.post("/employer/welcome-video", data={}).status_code == 422
    files = {"clip": (io.BytesIO(_webm()), "welcome.webm")}
    made = client.post("/employer/welcome-video", data=files, content_type="multipart/form-data")
    first = db.session.scalars(sa.select(Clip)).one()
    assert (
        made.location.endswith(f"/clips/{first.id}")
        and 'href="/employer/#welcome-video"' in client.get(made.location).text
    )
    client.post("/employer/welcome-video", data={"remove": "1"})
    assert db.session.scalars(sa.select(Clip)).all() == [] and storage.keys_of("clipsources") == []

    clip = make.clip(admin)
    storage.save(clip.key, b"x")
    operations.set_welcome(admin.organisation_id, clip, by=admin)
    db.session.commit()
    invitation = make.invitation()
    assert "/media" not in welcome(client, invitation)  # nobody has read the captions
    sign_in(admin)
    back = client.post(f"/clips/{clip.id}/captions", data={"line": ["Hello there."]})
    assert back.location.endswith("/employer/#welcome-video") and "Shown to candidates" in client.get("/employer/").text
    page = welcome(client, invitation)
    assert not invitation.interview.consents
    video = page[page.index("<video") : page.index("</video>")]
    assert " controls" in video and "autoplay" not in video and 'kind="captions"' in video
    assert "What is said, to read" in page and "Hello there." in page
    sign_in(admin)
    client.post("/employer/welcome-video", data={"remove": "1"})
    assert storage.keys_of("clips") == [] and "/media" not in welcome(client, invitation)
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "welcome video changed")).all()
    assert len(entries) == 4


def test_it_is_of_one_organisation_and_goes_with_whoever_recorded_it(make, admin):
    clip = make.clip(admin, caption_state=CaptionState.CHECKED)
    operations.set_welcome(admin.organisation_id, clip, by=admin)
    db.session.commit()
    assert operations.page_of(make.organisation("Elsewhere").id).welcome_clip is None
    scope = personal_data.Scope(accounts=(admin.id,))
    holding = next(each for each in personal_data.holdings() if each.model is Clip)
    assert [row["id"] for row in holding.exported(scope)] == [clip.id]
    db.session.execute(sa.delete(Clip).where(holding.rows(scope)))
    db.session.commit()
    db.session.expire_all()
    assert db.session.scalars(sa.select(EmployerPage)).one().welcome_clip_id is None
