"""A restored backup brings back nobody who was erased, no consent that was withdrawn, and no link that was revoked."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from webapp.accounts.models import Role, User
from webapp.accounts.operations import first_organisation
from webapp.backup import removals, settling
from webapp.backup.receivers import journal
from webapp.candidate.operations import record_consents
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.governance import erasure
from webapp.governance.models import Erasure, LegalHold
from webapp.governance.retention import end_holds, hold
from webapp.interviews import operations as invitations
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.messages.models import Channel, Message, State
from webapp.policy import Purpose
from webapp.sharing import operations as sharing
from webapp.sharing.models import Share


def share_of(make, interview):
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    by = interview.invitation.created_by
    row, _code = sharing.share(
        interview.position,
        [interview],
        name="Gus Guest",
        email="gus@example.com",
        until=now() + timedelta(days=1),
        by=by,
    )
    db.session.commit()
    return row


def message(cause: str, state: State = State.WAITING) -> Message:
    row = Message(
        channel=Channel.MAIL, kind="test", cause=cause, state=state, recipient="kim@viva.test",
        expires_at=now() + timedelta(days=2), organisation_id=first_organisation().id,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def settle(place, restored, name: str, **options):
    home = place.unpack(name, **options)
    app = restored(home)
    with app.app_context():
        entries = removals.read([home / removals.JOURNAL])
        manifest = place.repository.manifest(name)
        report = settling.settle(entries, settling.datetime.fromisoformat(manifest["at"]))
    return app, report


def test_what_was_removed_stays_removed(app, make, place, interview, restored):
    keeper = interview.invitation.created_by
    withdrawing, other = make.interview(), make.invitation()
    record_consents(withdrawing, {Purpose.RECORDING})
    share, held = share_of(make, make.interview()), make.interview()
    unsent, sent = message("unsent").id, message("sent", State.SENT).id
    sending = message("sending", State.SENDING).id
    files = storage.keys_of("originals")
    hold(interview.id, "A claim.", by=keeper)
    before = place.back_up()["snapshot"]
    ids = {"erased": interview.id, "withdrawing": withdrawing.id, "other": other.id, "share": share.id, "held": held.id}

    end_holds(interview.id, by=keeper)
    erasure.request_erasure(erasure.scope_of_interview(interview.id), by=keeper)
    record_consents(withdrawing, ())
    sharing.revoke(share, by=keeper)
    invitations.revoke(other, by=keeper)
    hold(held.id, "Another claim.", by=keeper)
    db.session.commit()
    assert files and not storage.keys_of("originals")

    new, report = settle(place, restored, before)
    assert not report["failed"] and report["held_messages"] == 2
    wanted = {"erased": 1, "consents": 1, "guest link revoked": 1, "invitation revoked": 1, "hold ended": 1, "held": 1}
    assert report["again"] == wanted
    with new.app_context():
        assert db.session.get(Interview, ids["erased"]) is None and not storage.keys_of("originals")
        assert db.session.scalars(sa.select(Erasure)).one().done_at
        assert not db.session.get(Interview, ids["withdrawing"]).consented
        assert db.session.get(Share, ids["share"]).revoked_at and db.session.get(Invitation, ids["other"]).revoked_at
        open_holds = sa.select(LegalHold.interview_id).where(LegalHold.ended_at.is_(None))
        assert list(db.session.scalars(open_holds)) == [ids["held"]]
        assert db.session.get(Message, unsent).state is State.HELD
        assert db.session.get(Message, sending).state is State.HELD
        assert db.session.get(Message, sent).state is State.SENT
        waiting = sa.select(sa.func.count(Message.id)).where(Message.state.in_([State.WAITING, State.SENDING]))
        assert db.session.scalar(waiting) == 0  # nobody is told twice that they were erased
    # Without the journal nobody could know.
    blind, report = settle(place, restored, before, journal=False)
    with blind.app_context():
        assert db.session.get(Interview, ids["erased"]) is not None and not report["again"]


def test_later_snapshots_know_what_earlier_ones_do_not(app, make, place, interview, restored):
    first, erased = place.back_up()["snapshot"], interview.id
    erasure.request_erasure(erasure.scope_of_interview(erased), by=None)
    db.session.commit()
    place.back_up()
    new, report = settle(place, restored, first, journal=False)
    with new.app_context():
        assert report["again"]["erased"] == 1 and db.session.get(Interview, erased) is None


def test_what_was_rolled_back_is_not_in_the_journal(app, make, place, interview):
    erasure.request_erasure(erasure.scope_of_interview(interview.id), by=None)
    db.session.rollback()
    assert removals.read([journal()]) == []


def test_a_journal_that_was_cut_off_goes_on(tmp_path):
    path = tmp_path / "journal"
    one, two = ({"kind": "erased", "at": now().isoformat(), "id": each} for each in "ab")
    removals.append(path, one)
    path.write_bytes(path.read_bytes() + b'{"kind": "era')
    removals.append(path, two)
    assert [entry["id"] for entry in removals.read([path, path])] == ["a", "b"]


def test_who_was_deactivated_stays_out(app, client, make, sign_in, place, restored):
    sign_in(make.user(Role.ADMIN))
    person = make.user()
    before, person_id = place.back_up()["snapshot"], person.id
    client.post(f"/people/{person_id}/deactivate", data={"password": "correct horse battery staple"})
    db.session.refresh(person)
    assert not person.active
    new, report = settle(place, restored, before)
    with new.app_context():
        assert not db.session.get(User, person_id).active and report["ended_sessions"] >= 1
