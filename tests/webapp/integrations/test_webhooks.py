"""Webhooks: verified by the reference library, in order, retried, rotated; and no way into a private network."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook, WebhookVerificationError

from webapp.accounts.models import Role
from webapp.candidate import operations as candidate
from webapp.core import events, outgoing
from webapp.core.database import db, now
from webapp.core.personal_data import Scope
from webapp.governance.erasure import request_erasure
from webapp.integrations import operations, signing
from webapp.integrations.models import InterviewEvent
from webapp.interviews import operations as interviews
from webapp.messages import delivery
from webapp.messages.models import Message, State
from webapp.reviews.models import Decision, Outcome


@pytest.fixture
def invited(make):
    by = make.user()
    return interviews.create_invitation(
        position=make.position(created_by=by, title="Support engineer"), question_set=make.question_set(),
        name="Kim Tremblay", email="kim@viva.test", deadline=now() + timedelta(days=7), by=by,
    )  # fmt: skip


def test_everything_that_happens_is_told_signed_and_in_order(endpoint, receiver, invited, deliver, make):
    interview = candidate.open_interview(invited)
    candidate.submit(interview, incomplete=True)
    events.send(events.analyses_finished, interview_id=interview.id)
    events.send(events.analyses_finished, interview_id=interview.id)
    events.send(events.scorecard_submitted, interview_id=interview.id, scorecard_id="s1")
    decision = Decision(interview=interview, outcome=Outcome.ADVANCE, reason="Because.", by_id=make.user().id)
    db.session.add(decision)
    db.session.flush()
    events.send(events.decision_made, interview_id=interview.id, decision_id=decision.id)
    interviews.withdraw(invited)
    events.send(events.interview_erased, invitation_id=invited.id, interview_id=interview.id)
    messages = deliver()
    assert {message.state for message in messages} == {State.SENT}
    told = sorted(receiver.bodies, key=lambda body: body["data"]["sequence"])
    assert [body["type"] for body in told] == [
        f"interview.{what}"
        for what in ("invited", "started", "submitted", "analysed", "reviewed", "decided", "withdrawn", "erased")
    ]
    assert [body["data"]["sequence"] for body in told] == list(range(1, 9))
    assert told[0]["data"]["candidate"] == {"name": "Kim Tremblay", "email": "kim@viva.test"}
    assert told[0]["data"]["interview_id"] is None and told[1]["data"]["interview_id"] == interview.id
    assert told[5]["data"]["outcome"] == "advance" and "Because" not in str(told)
    assert "candidate" not in told[7]["data"]  # what is erased is not said once more
    ids = [headers["webhook-id"] for headers in receiver.headers]
    assert sorted(ids) == sorted(f"msg_{message.id}" for message in messages)


def test_practice_is_told_to_nobody(endpoint, make):
    events.send(events.interview_submitted, interview_id=make.practice().id)
    assert db.session.scalars(sa.select(InterviewEvent)).all() == []


def test_an_endpoint_gets_what_it_asked_for(app, make, receiver, endpoint, invited, deliver):
    operations.change_endpoint(
        endpoint, title="ATS", url=receiver.url, types=["interview.started"], active=True, by=make.user(Role.ADMIN)
    )
    candidate.open_interview(invited)
    deliver()
    assert {body["type"] for body in receiver.bodies} <= {"interview.invited", "interview.started"}
    assert len(receiver.bodies) == 2  # the invitation was before


def test_a_receiver_that_answers_500_for_a_day_gets_it_under_the_same_id(endpoint, receiver, invited, deliver):
    receiver.status = 500
    waits = []
    for _ in range(9):
        (message,) = deliver()
        if message.state is State.FAILED:
            break
        assert (message.state, message.reason_code) == (State.WAITING, "status") and message.answer.startswith("500")
        waits.append((message.due_at - now()).total_seconds())
        message.due_at = now()
    assert waits[0] < 6 and waits[0] < waits[1] < waits[2] < waits[3] < waits[4] and 40 * 3600 < sum(waits) < 60 * 3600
    message.expires_at = now() + timedelta(hours=1)
    message.state, message.due_at = State.WAITING, now()
    (message,) = deliver()
    assert (message.state, message.reason_code) == (State.FAILED, "status")
    receiver.status = 204
    assert operations.replay_failed(endpoint) == 1
    (message,) = deliver()
    assert message.state is State.SENT
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 1


def test_admins_hear_of_a_webhook_that_was_given_up(endpoint, receiver, invited, deliver, client, make, sign_in):
    receiver.status = 500
    db.session.execute(sa.update(Message).values(expires_at=now() + timedelta(seconds=1)))
    deliver()
    sign_in(make.user(Role.ADMIN))
    make.user(Role.ADMIN)
    page = client.get("/messages/notices").text
    assert "The webhook ATS does not take messages" not in page  # they were not there yet
    admin = db.session.scalar(sa.select(Message.recipient).where(Message.kind == "webhook_failed"))
    assert admin == endpoint.created_by_id


def test_a_redirect_is_not_followed(endpoint, receiver, invited, deliver):
    receiver.status, receiver.location = 302, "http://127.0.0.1:1/elsewhere"
    (message,) = deliver()
    assert (message.state, message.reason_code, len(receiver.bodies)) == (State.WAITING, "redirect", 1)


def test_one_that_does_not_answer_keeps_nobody_waiting(app, endpoint, receiver, invited, deliver, make, monkeypatch):
    monkeypatch.setattr(outgoing, "STEP", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        operations.add_endpoint(title="Silent", url=url, types=[], by=make.user(Role.ADMIN))
        interview = candidate.open_interview(invited)
        candidate.submit(interview, incomplete=True)
        messages = deliver()
    states = {(message.name, message.state) for message in messages}
    assert states == {("ATS", State.SENT), ("Silent", State.WAITING)}
    assert sum(message.failures for message in messages) == 1


def test_for_a_day_both_secrets_count(endpoint, receiver, invited, deliver, make):
    old = receiver.secret
    operations.rotate(endpoint, by=make.user(Role.ADMIN))
    new = signing.secret_of(endpoint)
    assert new != old
    body = b'{"a":1}'
    both = signing.headers(signing.keys_of(endpoint), "msg_1", now(), body)
    Webhook(old).verify(body, both)
    Webhook(new).verify(body, both)
    later = signing.headers(signing.keys_of(endpoint, now() + timedelta(days=2)), "msg_1", now(), body)
    Webhook(new).verify(body, later)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, later)
    deliver()
    assert receiver.bodies  # the receiver still has the old one


def test_the_body_and_the_id_are_signed(endpoint):
    headers = signing.headers(signing.keys_of(endpoint), "msg_1", now(), b"{}")
    for body, changed in ((b"[]", {}), (b"{}", {"webhook-id": "msg_2"})):
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.secret_of(endpoint)).verify(body, {**headers, **changed})


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "::1", "fe80::1",
    "fd00::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "255.255.255.255",
    "198.18.0.1", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_called(app, monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(family, 1, 6, "", (address, 443))])
    with pytest.raises(outgoing.Forbidden, match="private"):
        outgoing.resolve("https://hooks.example.org/x")


def test_one_private_address_among_public_ones_is_enough(app, monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(outgoing.Forbidden, match="private"):
        outgoing.resolve("https://hooks.example.org/x")


def test_it_goes_to_the_address_that_was_looked_up_and_none_is_looked_up_again(app, receiver, monkeypatch):
    """DNS rebinding: the name stands for something else by the time of the connection."""
    app.config["WEBHOOK_NETWORKS"] = ["127.0.0.1/32"]
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    asked = []

    def look_up(host, *_a, **_k):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    target = None
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", look_up)
        target = outgoing.resolve(f"http://hooks.example.org:{port}/hook")
    assert asked == ["hooks.example.org"] and target.address == "127.0.0.1"
    answer = outgoing.post(target, b"{}", {"Content-Type": "application/json"})
    assert answer.status == 200 and receiver.headers[0]["host"] == f"hooks.example.org:{port}"


@pytest.mark.parametrize(("url", "code"), [
    ("ftp://example.org/", "url"), ("https://", "url"), ("https://a:b@93.184.216.34/", "password"),
    ("https://exam ple.org/", "url"), ("http://93.184.216.34/", "plain"), ("https://[::1]/", "private"),
    ("https://127.0.0.1:99999/", "url"), ("https://2130706433/", "private"), ("https://0x7f.1/", "private"),
    ("gopher://127.0.0.1/", "url"), ("https://example.org/\r\nX: y", "url"),
])  # fmt: skip
def test_addresses_that_are_refused(app, url, code):
    with pytest.raises(outgoing.Forbidden, match=code):
        outgoing.resolve(url)


def test_an_address_that_leads_inside_later_is_not_called(app, endpoint, receiver, invited, deliver):
    app.config["WEBHOOK_NETWORKS"] = []
    (message,) = deliver()
    assert (message.state, message.reason_code, receiver.bodies) == (State.FAILED, "forbidden", [])


def test_the_pages(client, make, sign_in, endpoint, receiver, invited, deliver):
    deliver()
    sign_in(make.user(Role.ADMIN))
    page = client.get(f"/webhooks/{endpoint.id}").text
    assert "interview.invited" in page and receiver.secret not in page
    assert receiver.secret in client.post(f"/webhooks/{endpoint.id}/secret").text
    message_id = deliver()[0].id
    client.post(f"/webhooks/{endpoint.id}/messages/{message_id}/replay")
    deliver()
    assert [headers["webhook-id"] for headers in receiver.headers] == [f"msg_{message_id}"] * 2
    client.post(f"/webhooks/{endpoint.id}/test")
    deliver()
    assert receiver.bodies[-1]["type"] == "webhook.test"
    answer = client.post("/webhooks/new", data={"title": "X", "url": "https://10.0.0.1/"})
    assert answer.status_code == 422 and "private network" in answer.text
    path = f"/webhooks/{endpoint.id}"
    client.post(f"{path}/delete")
    assert client.get(path).status_code == 404
    assert delivery.channels_with_work() == []


def test_who_was_told_of_it_is_told_that_it_was_erased(endpoint, receiver, invited, deliver):
    interview = candidate.open_interview(invited)
    db.session.commit()
    deliver()
    scope = Scope(interviews=(interview.id,), invitations=(invited.id,))
    request_erasure(scope, by=None)
    db.session.commit()
    deliver()
    told = [body for body in receiver.bodies if body["type"] == "interview.erased"]
    assert len(told) == 1
    assert "Kim" not in str(told) and told[0]["data"]["sequence"] == 3
    last = db.session.scalars(sa.select(Message).where(Message.kind == "erasure_finished")).one()
    assert last.recipient == "kim@viva.test" and last.invitation_id is None
    assert db.session.scalars(sa.select(Message).where(Message.kind == "invitation")).all() == []
    events.send_sweep()
    db.session.expire_all()
    assert db.session.scalars(sa.select(Message).where(Message.recipient == "kim@viva.test")).all() == []
