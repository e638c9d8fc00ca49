"""The outbox: one message for each cause, in the causing transaction, under one id, and nothing lost or sent twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core import leases
from webapp.core.database import db, now
from webapp.interviews import operations
from webapp.messages import delivery, outbox, tasks
from webapp.messages.models import Channel, Message, State


@pytest.fixture
def woken(monkeypatch):
    """The channels for which a worker was woken."""
    found = []
    monkeypatch.setattr(tasks.deliver, "delay", found.append)
    return found


def put(cause: str = "c", recipient: str = "kim@viva.test", **values):
    return outbox.put(kind="test", cause=cause, recipient=recipient, name="Kim", **values)


def only() -> Message:
    return db.session.scalars(sa.select(Message)).one()


def invite(make, **values):
    by = values.pop("by", None) or make.user()
    return operations.create_invitation(
        position=make.position(created_by=by), question_set=make.question_set(), name="Kim Tremblay",
        email=values.pop("email", "kim@viva.test"), deadline=now() + timedelta(days=7), by=by, **values,
    )  # fmt: skip


def test_a_message_is_written_with_its_cause_or_not_at_all(app, make, post, woken):
    by, position, chosen = make.user(), None, make.question_set()
    position = make.position(created_by=by)
    values = {"position": position, "question_set": chosen, "name": "Kim", "deadline": now() + timedelta(days=7)}
    operations.create_invitation(email="kim@viva.test", by=by, **values)
    db.session.rollback()
    assert db.session.scalars(sa.select(Message)).all() == [] and woken == []
    operations.create_invitation(email="kim@viva.test", by=by, **values)
    operations.create_invitation(email="lee@viva.test", by=by, **values)
    assert woken == []
    db.session.commit()
    assert len(db.session.scalars(sa.select(Message)).all()) == 2
    assert woken == ["mail"]  # once for both, and after the commit


def test_a_cause_has_one_message_whoever_says_it_how_often(app, post):
    first = put("submitted:1")
    assert first and put("submitted:1") is None and put("submitted:1", "other@viva.test") is None
    db.session.commit()
    assert put("submitted:1") is None
    assert only().id == first


def test_it_is_sent_once_under_its_id(app, post, deliver):
    message_id = put()
    (message,) = deliver()
    assert (message.state, message.attempts, message.answer) == (State.SENT, 1, "250 2.0.0 queued")
    deliver()
    (taken,) = post.taken
    assert taken.id == message_id == message.id


def test_killed_between_the_answer_and_the_commit_it_is_sent_once_more_under_the_same_id(
    app, post, deliver, monkeypatch
):
    message_id = put()
    settle = leases.Work.settle
    monkeypatch.setattr(leases.Work, "settle", lambda *_args, **_values: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        deliver()
    monkeypatch.setattr(leases.Work, "settle", settle)
    db.session.remove()
    assert only().state is State.SENDING
    deliver()
    assert len(post.taken) == 1  # somebody may still be at it: the lease holds
    db.session.execute(sa.update(Message).values(lease_until=now() - timedelta(seconds=1)))
    (message,) = deliver()
    assert [taken.id for taken in post.taken] == [message_id, message_id]
    assert message.state is State.SENT and message.attempts == 2


def test_a_worker_that_lost_its_lease_sends_nothing_and_stores_nothing(app, post, monkeypatch):
    put()
    db.session.commit()
    prepared = delivery._prepared

    def slow(session, message_id):
        found = prepared(session, message_id)
        with db.engine.begin() as connection:
            connection.execute(sa.update(Message).values(lease_owner="somebody else"))
        return found

    monkeypatch.setattr(delivery, "_prepared", slow)
    monkeypatch.setattr(delivery.Heartbeat, "check", lambda self: self._work.renew(self._row_id, "x") or lost())
    delivery.drain(Channel.MAIL)
    assert post.taken == [] and only().lease_owner == "somebody else"


def lost():
    raise leases.LeaseLostError("m")


def test_what_is_refused_for_now_is_tried_later_and_later(app, post, deliver):
    post.says["kim@viva.test"] = "451 4.7.1 greylisted"
    put()
    waits = []
    for _ in range(3):
        (message,) = deliver()
        assert message.state is State.WAITING and message.reason_code == "put_off"
        waits.append((message.due_at - now()).total_seconds())
        message.due_at = now()
    assert 50 < waits[0] < 70 and 250 < waits[1] < 340 and 800 < waits[2] < 1000
    assert message.answer == "451 4.7.1 greylisted"
    del post.says["kim@viva.test"]
    (message,) = deliver()
    assert message.state is State.SENT and message.reason is None and len(post.taken) == 1


def test_what_is_refused_to_the_end_is_a_dead_letter_and_can_be_sent_again(app, post, deliver):
    post.says["kim@viva.test"] = "451 no"
    put(expires_at=now() + timedelta(seconds=5))
    (message,) = deliver()
    assert message.state is State.FAILED and message.reason_code == "put_off"
    first = message.id
    post.says.clear()
    outbox.send_again(message)
    (message,) = deliver()
    assert message.state is State.SENT and [taken.id for taken in post.taken] == [first]


def test_what_waited_beyond_its_time_fails_and_is_not_sent(app, post, deliver):
    put(due_at=now() - timedelta(days=3), expires_at=now() - timedelta(days=1))
    db.session.commit()
    assert delivery.give_up_late() == 1
    (message,) = deliver()
    assert (message.state, message.reason_code, post.taken) == (State.FAILED, "too_late", [])


def test_a_server_that_is_away_costs_no_message_its_turn(app, post, deliver):
    app.config["SMTP_PORT"] = 1
    for number in range(3):
        put(f"c{number}")
    messages = deliver()
    assert {message.state for message in messages} == {State.WAITING}
    assert sum(message.attempts for message in messages) == 1  # the others were not even tried
    assert all(message.due_at > now() + timedelta(seconds=50) for message in messages)
    assert all(message.reason_code == "away" and "127.0.0.1" in message.reason for message in messages)
    app.config["SMTP_PORT"] = post.port
    db.session.execute(sa.update(Message).values(due_at=now()))
    assert {message.state for message in deliver()} == {State.SENT}


def test_a_server_that_hangs_holds_nobody_for_long(app, post, deliver):
    import socket
    import time

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        app.config.update(SMTP_PORT=silent.getsockname()[1], SMTP_TIMEOUT=0.3)
        put("a")
        put("b")
        began = time.monotonic()
        messages = deliver()
        assert time.monotonic() - began < 3
    assert {message.state for message in messages} == {State.WAITING} and post.taken == []


def test_without_a_mail_server_messages_are_held(app, deliver, woken):
    put()
    assert only().state is State.HELD
    deliver()
    assert only().state is State.HELD and woken == []


def test_what_is_suppressed_is_not_sent(app, post, deliver):
    put()
    outbox.suppress(only(), "by_hand", "x")
    (message,) = deliver()
    assert message.state is State.SUPPRESSED and post.taken == []


def test_a_person_gets_so_many_an_hour_and_codes_at_once(app, post, deliver):
    app.config["MAIL_PER_HOUR"] = 2
    for number in range(4):
        put(f"c{number}")
    put("else", "lee@viva.test")
    put("code", priority=0)
    states = [message.state for message in deliver()]
    assert states.count(State.SENT) == 4 and states.count(State.WAITING) == 2
    waiting = db.session.scalars(sa.select(Message).where(Message.state == State.WAITING)).all()
    assert {message.reason_code for message in waiting} == {"rate"}
    assert all(message.due_at > now() + timedelta(minutes=55) for message in waiting)
    assert {message.failures for message in waiting} == {0}  # nothing is lost for having waited


def test_two_workers_share_what_is_due(app, post):
    for number in range(20):
        put(f"c{number}", f"p{number}@viva.test")
    db.session.commit()
    owners = [leases.new_owner(), leases.new_owner()]
    claimed = [delivery.claim(Channel.MAIL, owners[number % 2]) for number in range(20)]
    assert len(set(claimed)) == 20 and delivery.claim(Channel.MAIL, owners[0]) is None


def test_what_people_wait_for_goes_first(app, post, deliver):
    put("invitation", "a@viva.test", priority=2)
    put("receipt", "b@viva.test")
    put("code", "c@viva.test", priority=0)
    db.session.commit()
    delivery.LOOKED_AT, kept = 1, delivery.LOOKED_AT
    try:
        deliver()
    finally:
        delivery.LOOKED_AT = kept
    assert [taken.recipient[0] for taken in post.taken] == ["c", "b", "a"]


def test_one_connection_takes_many(app, post, deliver):
    for number in range(5):
        put(f"c{number}", f"p{number}@viva.test")
    deliver()
    assert len(post.taken) == 5 and post.sessions == 1


def test_the_sweep_wakes_who_is_to_send(app, post, woken):
    put()
    db.session.commit()
    woken.clear()
    from webapp.core import events

    events.send_sweep()
    assert woken == ["mail"]
    with db.engine.begin() as connection:
        connection.execute(sa.update(Message).values(state=State.SENDING, lease_until=now() + timedelta(seconds=9)))
    events.send_sweep()
    assert woken == ["mail"]  # somebody is at it


def test_an_invitation_goes_out_with_its_link(app, make, post, deliver):
    invitation = invite(make)
    deliver()
    (taken,) = post.taken
    assert operations.invitation_url(invitation) in taken.text and taken.recipient == "kim@viva.test"


def test_a_failed_message_is_told_to_whoever_invited(app, make, post, deliver, client, sign_in):
    post.says["kim@viva.test"] = "550 5.1.1 no such user"
    by = make.user()
    invitation = invite(make, by=by)
    (message,) = deliver()
    assert (message.state, message.reason_code) == (State.FAILED, "bounced")
    sign_in(by)
    page = client.get("/messages/notices").text
    assert "was not delivered" in page and "Kim Tremblay" in page
    page = client.get(f"/invitations/{invitation.id}").text
    assert "This address does not take mail" in page
    client.post(f"/invitations/{invitation.id}/address", data={"email": "kim@example.org"})
    deliver()
    assert [taken.recipient for taken in post.taken] == ["kim@example.org"]
    assert post.taken[0].id != message.id  # another cause: another address


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.CANDIDATE])
def test_the_outbox_is_for_admins(client, make, sign_in, role):
    sign_in(make.user(role))
    assert client.get("/messages").status_code == 403
