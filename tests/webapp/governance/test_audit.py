"""The audit log: what gets in, and that nothing leaves or changes unseen."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.governance import chain, clocks, recorder, self_test
from webapp.governance.chain import Event, Head
from webapp.governance.models import AuditAddress, AuditEntry, AuditHead
from webapp.interviews.models import Consent
from webapp.interviews.operations import revoke


def entries(action: str | None = None) -> list[AuditEntry]:
    query = sa.select(AuditEntry).order_by(AuditEntry.number)
    return list(db.session.scalars(query.where(AuditEntry.action == action) if action else query))


def verdict(kept: Head | None = None) -> chain.Verdict:
    db.session.commit()
    with db.engine.connect() as connection:
        return chain.verify(connection, kept)


def write(*events: Event) -> None:
    with db.engine.begin() as connection:
        chain.append(connection, events, b"key")


def an_event(number: int = 0, **values) -> Event:
    return Event(
        **{"action": "changed", "at": now(), "subject_kind": "interview", "subject_id": f"{number:032x}", **values}
    )


# What gets in


def test_signing_in_failing_to_and_signing_out(client, make):
    user = make.user()
    client.post("/sign-in", data={"email": user.email, "password": "wrong"})
    client.post("/sign-in", data={"email": user.email, "password": "correct horse battery staple"})
    client.post("/sign-out")
    failed, came, went = entries("sign-in failed") + entries("signed in") + entries("signed out")
    assert {failed.subject_id, came.actor_id, went.actor_id} == {user.id}
    assert (came.actor_kind, came.subject_kind) == ("person", "person")
    assert verdict().broken == 0


def test_a_role_that_changes(client, make, sign_in):
    admin = sign_in(make.user(Role.ADMIN))
    other = make.user()
    client.post(f"/people/{other.id}", data={"role": "admin"})
    (entry,) = entries("role changed")
    assert (entry.actor_id, entry.subject_id, json.loads(entry.facts)) == (admin.id, other.id, {"role": "admin"})


def test_who_saw_a_report_once_in_a_quarter_of_an_hour(client, make, sign_in):
    recruiter = sign_in(make.user())
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    for _ in range(3):
        assert client.get(f"/reports/{interview.id}").status_code == 200
    (entry,) = entries("saw")
    assert (entry.actor_id, entry.subject_kind, entry.interview_id) == (recruiter.id, "interview", interview.id)
    assert entry.address_hash and entry.at <= now()
    with db.engine.begin() as connection:  # another process does not remember it, and asks the log
        assert chain.append(connection, [_again(entry, minutes=14)], b"key") is None
        assert chain.append(connection, [_again(entry, minutes=16)], b"key") is not None
    assert verdict().broken == 0


def _again(entry: AuditEntry, minutes: int) -> Event:
    return Event(
        "saw", entry.at + timedelta(minutes=minutes), "person", entry.actor_id, entry.subject_kind, entry.subject_id
    )


def test_what_is_not_shown_is_not_seen(client, make, sign_in):
    interview = make.interview()
    sign_in(make.user())  # somebody else's candidate
    assert client.get(f"/reports/{interview.id}").status_code == 404
    assert entries("saw") == []


def test_an_export_is_written_down_each_time(client, make, sign_in):
    recruiter = sign_in(make.user())
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter)))
    for _ in range(2):
        assert client.get(f"/reports/{interview.id}/report.json").status_code == 200
    assert [entry.interview_id for entry in entries("exported")] == [interview.id] * 2


def test_what_staff_change_is_written_with_the_change(client, make, sign_in):
    recruiter = sign_in(make.user())
    position = make.position(created_by=recruiter)
    client.post(f"/positions/{position.id}/archive")
    (entry,) = entries("changed")
    assert (entry.subject_kind, entry.subject_id) == ("position", position.id)
    assert json.loads(entry.facts) == {"page": "positions.archive"}


def test_a_candidates_own_consent_is_written(client, make, open_interview):
    interview = open_interview(make.interview(consents=""))
    db.session.execute(sa.delete(Consent).execution_options(erasing=True))
    db.session.commit()
    client.post(f"/interview/{interview.id}/consent", data={"recording": "yes"})
    (entry,) = entries("changed")
    assert (entry.actor_kind, entry.actor_id, entry.interview_id) == ("candidate", interview.id, interview.id)


def test_a_change_and_its_entry_are_one(make):
    invitation, recruiter = make.invitation(), make.user()
    revoke(invitation, by=recruiter)
    db.session.rollback()
    recorder.write_rest()
    assert entries("invitation revoked") == []
    revoke(invitation, by=recruiter)
    db.session.commit()
    (entry,) = entries("invitation revoked")
    assert (entry.actor_id, entry.subject_kind, entry.subject_id) == (recruiter.id, "invitation", invitation.id)


def test_what_belongs_to_no_change_survives_a_rollback(app):
    record("sign-in failed", person=None)
    db.session.rollback()
    recorder.write_rest()
    assert len(entries("sign-in failed")) == 1


def test_nothing_of_a_person_but_ids_is_in_the_chain(client, make, sign_in):
    recruiter = sign_in(make.user(name="Ada Lovelace"))
    interview = answer_all(make, make.interview(invitation=make.invitation(created_by=recruiter, name="Kim Tremblay")))
    client.get(f"/reports/{interview.id}")
    said = json.dumps([[str(getattr(row, column.key)) for column in AuditEntry.__table__.c] for row in entries()])
    assert entries()
    for secret in ("Ada", "Kim", "viva.test", "127.0.0.1"):
        assert secret not in said


# Addresses


def test_an_address_goes_after_90_days_and_the_chain_stays_whole(app):
    write(an_event(1, address="203.0.113.7", at=now() - timedelta(days=91)), an_event(2, address="203.0.113.8"))
    assert clocks.sweep() == 0
    assert list(db.session.scalars(sa.select(AuditAddress.address))) == ["203.0.113.8"]
    assert verdict().broken == 0
    assert entries()[0].address_hash == chain.address_hash("203.0.113.7", b"key")


# The chain


@pytest.fixture
def written(app):
    write(*(an_event(number) for number in range(1, 13)))
    return Head(12, entries()[-1].hash)


def test_an_untouched_log_is_whole(written):
    assert verdict(written) == chain.Verdict(12, 0, None, written)


def test_numbers_have_no_gaps_whatever_was_rolled_back(written):
    with db.engine.connect() as connection:
        transaction = connection.begin()
        chain.append(connection, [an_event(99)], b"key")
        transaction.rollback()
    write(an_event(100))
    assert [entry.number for entry in entries()] == list(range(1, 14))
    assert verdict().broken == 0


@pytest.mark.parametrize(
    "column",
    ["action", "actor_kind", "actor_id", "subject_kind", "subject_id", "interview_id", "facts", "address_hash"],
)
def test_a_changed_column_is_found(written, column):
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == 5).values({column: "x"}))
    assert verdict(written).first_broken == 5


def test_another_time_is_found(written):
    db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == 5).values(at=now() - timedelta(days=1)))
    assert verdict().first_broken == 5


@pytest.mark.parametrize("number", [1, 6, 12])
def test_a_removed_entry_is_found(written, number):
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.number == number))
    assert verdict().broken >= 1


def test_a_log_that_was_emptied_is_found(written):
    db.session.execute(sa.delete(AuditEntry))
    assert verdict().broken == 1 and verdict().first_broken == 1
    db.session.execute(sa.delete(AuditHead))
    assert verdict().broken == 0 and verdict(written).broken == 1


def test_an_end_that_was_cut_off_with_its_head_shows_at_the_kept_head(written):
    db.session.execute(sa.delete(AuditEntry).where(AuditEntry.number > 9))
    last = db.session.get(AuditEntry, 9)
    db.session.execute(sa.update(AuditHead).values(number=9, hash=last.hash))
    assert verdict().broken == 0
    found = verdict(written)
    assert (found.broken, found.first_broken) == (1, 10)


def test_a_whole_chain_that_was_made_anew_shows_at_the_kept_head(written):
    """Somebody who knows how hashes are made changes an entry and makes all that follow fit."""
    previous = entries()[3].hash
    for entry in entries()[4:]:
        values = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.c}
        values |= {"previous": previous, "action": "nothing" if entry.number == 5 else entry.action}
        values["hash"] = previous = chain.digest(values)
        db.session.execute(sa.update(AuditEntry).where(AuditEntry.number == entry.number).values(values))
    db.session.execute(sa.update(AuditHead).values(hash=previous))
    assert verdict().broken == 0
    assert verdict(written).first_broken == 12


def test_the_kept_head_never_goes_back(tmp_path):
    path = tmp_path / "head"
    assert chain.kept_head(path) is None
    chain.keep_head(path, Head(7, "a" * 64))
    chain.keep_head(path, Head(5, "b" * 64))
    assert chain.kept_head(path) == Head(7, "a" * 64)
    chain.keep_head(path, Head(8, "c" * 64))
    assert chain.kept_head(path) == Head(8, "c" * 64)


def test_requests_keep_the_head_outside_of_the_database(client, make, sign_in):
    sign_in(make.user())
    kept = chain.kept_head(recorder.head_file())
    assert kept is not None and kept.number == entries()[-1].number and verdict(kept).broken == 0


def test_eight_processes_write_without_a_gap_and_five_hands_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(self_test, "EACH", 150)  # the tampering reaches to the thousandth entry
    found = self_test.run(tmp_path)
    assert (found["rows"], found["broken"], found["failed_writers"]) == (1200, 0, 0)
    assert (found["tampered"], found["found"]) == (5, 5), found["kinds"]
