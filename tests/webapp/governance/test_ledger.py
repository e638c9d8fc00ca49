"""One page with what candidates were told, agreed to and signed, of every purpose there is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.governance import ledger
from webapp.governance.ledger import Filters
from webapp.integrity.models import IntegrityNotice
from webapp.interviews.notice_models import Document, Way
from webapp.live.models import LiveConsent, LivePurpose, Member, Room
from webapp.notices import operations as notices
from webapp.policy import Mode, Purpose


@pytest.fixture
def said(make):
    """A candidate who was asked everything."""
    interview = make.interview("US", consents="recording face")
    room = Room(
        title="Talk", mode=Mode.ASSESSMENT, owner=interview.invitation.created_by, position=interview.position,
        interview=interview, candidate_name="Kim Tremblay", expires_at=now() + timedelta(hours=1),
    )  # fmt: skip
    member = Member(room=room, name="Kim Tremblay", is_candidate=True)
    db.session.add(member)
    for number, purpose in enumerate(LivePurpose, 1):
        db.session.add(
            LiveConsent(member=member, number=number, purpose=purpose, granted=number == 1, text_version="live-1")
        )
    db.session.add(IntegrityNotice(interview_id=interview.id, text_version="i-1", text_language="en"))
    for way in Way:
        notices.tell(interview.invitation, way)
    for kind in Document:
        notices.sign(interview, kind, name="K. Tremblay", day=now().date(), read=True, origin=("192.0.2.7", "b"))
    db.session.commit()
    return interview


def test_every_purpose_of_every_feature_is_in_it(app, client, make, sign_in, said):
    sign_in(make.user(Role.ADMIN))
    rows, more = ledger.page(Filters())
    asked = {*(each.value for each in Purpose), *(f"live {each.value}" for each in LivePurpose)}
    assert {row.what for row in rows} == asked | {"notice", "integrity", "release", "waiver"} == set(ledger.WHAT)
    assert {row.said for row in rows} == set(ledger.SAID) and not more
    page = client.get("/policy/consents/").text
    assert all(str(words) in page for words in [*ledger.WHAT.values(), *ledger.SAID.values()])
    assert page.count("192.0.2.7") == 2


def test_it_is_filtered_paged_and_exported(client, make, sign_in, said, monkeypatch):
    sign_in(make.user(Role.ADMIN))
    other = make.interview(consents="text")
    assert {row.interview_id for row in ledger.page(Filters(about=said.id))[0]} == {said.id}
    assert [row.said for row in ledger.page(Filters(what="text", said="yes"))[0]] == ["yes"]
    assert ledger.page(Filters(person="k. trem"))[0] and not ledger.page(Filters(person="%"))[0]
    assert not ledger.page(Filters(until=now().date() - timedelta(days=1)))[0]
    monkeypatch.setattr(ledger, "PAGE", 5)
    seen, before = [], None
    while True:
        rows, more = ledger.page(Filters(), before)
        seen += [row.id for row in rows]
        if not more:
            break
        before = (rows[-1].at, rows[-1].id)
    assert len(seen) == len(set(seen)) == 4 + 2 + 1 + 3 + 2 + 4
    assert "Older entries" in client.get("/policy/consents/?person=Kim").text
    table = list(csv.DictReader(io.StringIO(client.get(f"/policy/consents/export.csv?about={other.id}").text)))
    assert {(row["what"], row["said"]) for row in table} == {
        ("text", "yes"), ("recording", "no"), ("voice", "no"), ("face", "no"),
    }  # fmt: skip


def test_another_organisation_sees_none_of_it(client, make, sign_in, said):
    sign_in(make.user(Role.ADMIN, organisation_id=make.organisation().id))
    assert "Tremblay" not in client.get("/policy/consents/").text
    assert "Tremblay" not in client.get("/policy/consents/export.csv").text
    assert "recording" in client.get("/policy/consents/").text  # only the names of the filters


def test_practice_is_nobodys_to_see(client, make, sign_in):
    make.practice()
    assert ledger.page(Filters())[0] == []
