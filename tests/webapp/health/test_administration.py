"""One page that leads to all pages of administration, and what the installation's pages say."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import url_for

from webapp.accounts.models import Role
from webapp.core import environment
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.core.storage import storage
from webapp.employer.models import EmployerPage
from webapp.health import pages, storage_use, work
from webapp.recordings.models import Recording, RecordingState


def test_every_page_of_administration_is_linked_and_opens(app, client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    overview = client.get("/admin").text
    with app.test_request_context():
        addresses = [url_for(page.endpoint) for _title, listed in pages.SECTIONS for page in listed]
    for address in addresses:
        assert f'href="{address}"' in overview, address
    for address in ("/health", "/admin/settings", "/sign-in-settings"):
        if address in addresses:
            assert client.get(address).status_code == 200, address


def test_settings_are_said_with_a_sentence_and_never_their_value(client, make, sign_in, monkeypatch):
    sign_in(make.user(Role.ADMIN))
    monkeypatch.setenv("VIVA_SESSION_KEY", "a-value-that-nobody-sees")
    page = client.get("/admin/settings").text
    assert "a-value-that-nobody-sees" not in page
    for one in environment.SETTINGS:
        assert (f"<code>{one.variable}</code>" in page) == (one.table != "developers"), one.variable
        assert one.help


def test_recordings_that_arrive_wait_for_nobody(app, make):
    states = (RecordingState.RECEIVING, RecordingState.VERIFYING, RecordingState.VERIFYING, RecordingState.REJECTED)
    interview = make.interview()
    answer = make.answer(interview, interview.question_set.questions[0])
    for number, state in enumerate(states, 1):
        db.session.add(Recording(take=make.take(answer, number=number), state=state, media_type="video/webm"))
    db.session.flush()
    db.session.scalars(sa.select(Recording).filter_by(state=RecordingState.VERIFYING)).first().lease_owner = "worker"
    db.session.flush()
    queue = work.waiting()[0].count
    assert (queue.waiting, queue.running, queue.failed) == (1, 1, 1)


def test_storage_is_said_by_kind_for_ones_organisation_and_for_all(app, client, make, sign_in):
    admin = sign_in(make.user(Role.ADMIN))
    for organisation_id, size in ((admin.organisation_id, 2000), (make.organisation().id, 500_000)):
        row = EmployerPage(organisation_id=organisation_id)
        db.session.add(row)
        db.session.commit()
        storage.save(f"logos/{row.id}.png", b"x" * size)
    storage.save(f"playable/{'a' * 32}.webm", b"x" * 7_000_000)  # of nobody
    found = {str(use.name): use for use in storage_use.used(admin.organisation_id)}
    assert (found["Logos"].own_files, found["Logos"].own_bytes) == (1, 2000)
    assert (found["Logos"].files, found["Logos"].bytes) == (2, 502_000)
    assert (found["Copies for playing"].own_bytes, found["Copies for playing"].bytes) == (0, 7_000_000)
    page = client.get("/admin/storage").text
    assert "2.0 kB" in page and "7.0 MB" in page and "7.5 MB" in page and "Database" in page


def test_every_kind_of_file_has_a_row():
    kinds = set()
    for path in (ROOT / "webapp").rglob("*.py"):
        kinds |= set(re.findall(r'f"([a-z]+)/{(?:self|recording|page|row)?[._a-z]*id}', path.read_text("utf-8")))
    assert {"originals", "playable", "posters", "attachments", "lists", "logos"} <= kinds
    assert kinds | {"maps"} == {kind for kind, _name, _owners in storage_use.KINDS}


def test_work_that_waits_is_counted(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    page = client.get("/health").text
    assert "Work that waits" in page and "Analyses" in page
