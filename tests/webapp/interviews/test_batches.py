"""Lists of people: mapped, remembered, started, killed in the middle, and told line by line what became of them."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.interviews import batch_work, batches, operations
from webapp.interviews.batch_models import BatchPerson, BatchState, InvitationBatch, PeopleMapping, PersonState
from webapp.interviews.models import Invitation
from webapp.messages.models import Message


@pytest.fixture
def recruiter(make, sign_in) -> User:
    return sign_in(make.user(Role.RECRUITER))


@pytest.fixture
def draft(client: FlaskClient, recruiter, make):
    """Uploads a list and gives its row."""
    position, questions = make.position("FR", created_by=recruiter), make.question_set()

    def upload(data: bytes, name: str = "people.csv") -> InvitationBatch:
        day = (now() + timedelta(days=10)).date().isoformat()
        form = {"position": position.id, "question_set": questions.id, "date": day, "time": "18:30", "zone": "UTC"}
        answer = client.post("/invitations/upload", data={**form, "file": (io.BytesIO(data), name)})
        assert answer.status_code == 302, answer.text
        return db.session.get(InvitationBatch, answer.location.rsplit("/", 1)[1])

    return upload


def started(client: FlaskClient, batch: InvitationBatch) -> str:
    client.post(f"/invitations/lists/{batch.id}/start")
    return f"/invitations/lists/{batch.id}"


def many(number: int) -> bytes:
    return b"name,email\n" + b"".join(b"Person %d,p%d@example.org\n" % (each, each) for each in range(number))


def invited() -> int:
    return db.session.scalar(sa.select(sa.func.count(Invitation.id)))


def test_columns_are_chosen_shown_and_remembered(client: FlaskClient, draft):
    data = b"Person;Contact;Kontakt\nKim Test;kim@example.org;boss@example.org\n"
    batch = draft(data)
    page = client.get(f"/invitations/lists/{batch.id}").text
    assert "boss@example.org" in page and "Kontakt" in page
    said = {"name": "0", "family_name": "-1", "email": "2", "has_header": "y"}
    page = client.post(f"/invitations/lists/{batch.id}/columns", data=said, follow_redirects=True).text
    assert "1 person can be invited" in page
    seen = batches.preview(batch, batches.sheet_of(batch))
    assert [(each.name, each.email) for each in seen.people] == [("Kim Test", "boss@example.org")]
    again = draft(data.replace(b"boss", b"chief"))
    assert (again.names, again.email, again.has_header) == ([0], 2, True)
    kept = db.session.scalars(sa.select(PeopleMapping)).one()
    assert "Person" not in str(vars(kept)) and kept.organisation_id == batch.organisation_id


def test_another_organisation_s_mapping_is_not_used(client: FlaskClient, draft, make, sign_in):
    data = b"Person;Contact;Kontakt\nKim Test;kim@example.org;boss@example.org\n"
    batch = draft(data)
    batches.map_columns(batch, [0], 2, True, by=batch.created_by)
    db.session.commit()
    other = make.organisation("Other")
    somebody = make.user(Role.RECRUITER, organisation_id=other.id)
    position = make.position(created_by=somebody, organisation_id=other.id)
    theirs = make.batch(position, somebody)
    assert (theirs.names, theirs.email) == ([0], 1)
    row = batches.receive(
        data, "x.csv", position=position, question_set=theirs.question_set, deadline=theirs.deadline, time_zone="",
        by=somebody,
    )  # fmt: skip
    assert row.email == 1


def test_columns_that_are_not_there_are_refused(client: FlaskClient, draft):
    batch = draft(many(1))
    said = {"name": "0", "family_name": "-1", "email": "7"}
    assert (
        "Choose columns" in client.post(f"/invitations/lists/{batch.id}/columns", data=said, follow_redirects=True).text
    )


def test_killed_in_the_middle_it_goes_on_without_doubling(client: FlaskClient, draft, monkeypatch):
    batch = draft(many(50))
    at = started(client, batch)
    real, seen = operations.create_invitation, []

    def dies(**values):
        if len(seen) == 27:
            raise SystemExit  # as a worker that is killed: nothing of this transaction stays
        seen.append(values["email"])
        return real(**values)

    monkeypatch.setattr(operations, "create_invitation", dies)
    with pytest.raises(SystemExit):
        batch_work.run(batch.id)
    monkeypatch.setattr(operations, "create_invitation", real)
    db.session.expire_all()
    assert invited() == 20 and client.get(f"{at}/progress").json["waiting"] == 30
    assert batch_work.run(batch.id) is False
    facts = client.get(f"{at}/progress").json
    assert (facts["invited"], facts["failed"], facts["finished"]) == (50, 0, True)
    emails = list(db.session.scalars(sa.select(Invitation.email)))
    assert len(emails) == len(set(emails)) == 50
    assert db.session.scalar(sa.select(sa.func.count(Message.id)).where(Message.kind == "invitation")) == 50
    assert not batch_work.run(batch.id) and invited() == 50


@pytest.mark.full
def test_five_thousand_people_in_one_list(client: FlaskClient, draft, monkeypatch):
    """Invited by the worker's own function, killed in the middle, with its progress; how long it took is printed."""
    batch = draft(many(5_000))
    at = started(client, batch)
    real, seen = operations.create_invitation, []

    def dies(**values):
        if len(seen) == 2_345:
            raise SystemExit
        seen.append(values["email"])
        return real(**values)

    began = time.perf_counter()
    monkeypatch.setattr(operations, "create_invitation", dies)
    with pytest.raises(SystemExit):
        while batch_work.run(batch.id):
            pass
    monkeypatch.setattr(operations, "create_invitation", real)
    db.session.expire_all()
    facts = client.get(f"{at}/progress").json
    assert 2_300 <= facts["invited"] <= 2_345 and facts["invited"] + facts["waiting"] == 5_000
    while batch_work.run(batch.id):
        pass
    print(f"5,000 people were invited in {time.perf_counter() - began:.0f} s.")
    facts = client.get(f"{at}/progress").json
    assert (facts["invited"], facts["failed"], facts["finished"]) == (5_000, 0, True)
    assert invited() == db.session.scalar(sa.select(sa.func.count(sa.distinct(Invitation.email)))) == 5_000


def test_a_worker_whose_lease_was_lost_invites_nobody_more(client: FlaskClient, draft):
    batch = draft(many(30))
    at = started(client, batch)
    assert batch_work.run(batch.id, seconds=0)
    client.post(f"{at}/stop")
    assert db.session.get(InvitationBatch, batch.id).state is BatchState.STOPPED
    assert batch_work.run(batch.id) is False and invited() == 0
    client.post(f"{at}/continue")
    batch_work.run(batch.id)
    assert invited() == 30


def test_each_failure_has_its_reason_and_can_be_tried_again(client: FlaskClient, draft, monkeypatch):
    batch = draft(many(3))
    at = started(client, batch)
    real = operations.create_invitation

    def fails(**values):
        if values["email"] == "p1@example.org":
            raise RuntimeError("a fault")
        return real(**values)

    operations.create_invitation(
        position=batch.position, question_set=batch.question_set, name="P", email="P0@example.org",
        deadline=batch.deadline, by=batch.created_by,
    )  # fmt: skip
    db.session.commit()
    monkeypatch.setattr(operations, "create_invitation", fails)
    batch_work.run(batch.id)
    page = client.get(at).text
    assert "already has an invitation" in page and "RuntimeError" in page and "3 of 3 done: 1 invited, 2 not." in page
    file = client.get(f"{at}/failed.csv").data.decode("utf-8-sig")
    assert "p0@example.org" in file and "p1@example.org" in file and "p2@example.org" not in file
    monkeypatch.setattr(operations, "create_invitation", real)
    client.post(f"{at}/continue")
    batch_work.run(batch.id)
    assert client.get(f"{at}/progress").json["failed"] == 1


def test_names_of_the_invited_and_the_file_do_not_stay(client: FlaskClient, draft):
    batch = draft(many(2))
    started(client, batch)
    assert storage.read(batch.key) is None
    batch_work.run(batch.id)
    db.session.expire_all()
    rows = db.session.scalars(sa.select(BatchPerson)).all()
    assert {(row.name, row.email, row.state) for row in rows} == {("", "", PersonState.INVITED)}


def test_the_sweep_takes_up_what_nobody_holds_and_forgets_old_lists(client: FlaskClient, draft):
    left, done = draft(many(1)), draft(b"name,email\nKim,kim@example.org\n")
    started(client, done)
    done.state, done.lease_owner, done.lease_until = BatchState.RUNNING, "dead", now() - timedelta(seconds=1)
    db.session.commit()
    assert batch_work.requeue() == 1 and batch_work.requeue() == 0
    batch_work.run(done.id)
    left.created_at = now() - timedelta(days=2)
    db.session.commit()
    key = left.key
    assert batches.forget_old() == 1
    db.session.commit()
    assert storage.read(key) is None and db.session.get(InvitationBatch, done.id).state is BatchState.DONE
    done.created_at = now() - timedelta(days=31)
    assert batches.forget_old() == 1


def test_a_resume_comes_with_the_invitation(client: FlaskClient, recruiter, make):
    day = (now() + timedelta(days=10)).date().isoformat()
    form = {
        "position": make.position("FR", created_by=recruiter).id, "question_set": make.question_set().id, "date": day,
        "time": "18:30", "zone": "UTC", "name": "Kim", "email": "kim@example.org",
    }  # fmt: skip
    bad = client.post("/invitations/new", data={**form, "resume": (io.BytesIO(b"MZ\x90"), "cv.pdf")})
    assert bad.status_code == 422 and 'id="resume-errors"' in bad.text and invited() == 0
    good = client.post("/invitations/new", data={**form, "resume": (io.BytesIO(b"%PDF-1.7\n%%EOF"), "cv.pdf")})
    assert good.status_code == 302
    assert [each.name for each in db.session.scalars(sa.select(Invitation)).one().attachments] == ["cv.pdf"]
