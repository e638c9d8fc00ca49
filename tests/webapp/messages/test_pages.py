"""The outbox for admins: what it shows, sends again, suppresses and gives to copy."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.messages import outbox
from webapp.messages.models import Message, State


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user(Role.ADMIN, email="ada@viva.test"))


def put(kind="test", cause="c", recipient="kim@viva.test", **values):
    message_id = outbox.put(kind=kind, cause=cause, recipient=recipient, name="Kim", **values)
    db.session.commit()
    return message_id


def state(message_id: str) -> State:
    return db.session.get(Message, message_id, populate_existing=True).state


def test_without_a_mail_server_a_link_is_copied_and_that_is_noted(app, client, admin, make):
    user = make.user()
    message_id = put("new_account", user=user, facts={"mark": user.password_mark})
    assert state(message_id) is State.HELD
    assert "messages are held here" in client.get("/messages").text
    page = client.get(f"/messages/{message_id}").text
    assert "/set-password/" not in page and "Show the link" in page
    assert "/set-password/" in client.post(f"/messages/{message_id}/link").text
    lines = [json.loads(line) for line in (app.config["HOME"] / "logs" / "security.log").read_text().splitlines()]
    assert any(line["event"] == "message link shown" and line["message"] == message_id for line in lines)
    mail = client.get(f"/messages/{message_id}/mail.html")
    assert mail.status_code == 404 and "This message is not shown here." in mail.text
    client.post(f"/messages/{message_id}/again")
    assert state(message_id) is State.HELD


def test_a_dead_letter_is_sent_again_under_its_id(client, admin, post, deliver):
    post.says["kim@viva.test"] = "554 no"
    message_id = put()
    deliver()
    page = client.get("/messages?state=failed").text
    assert "does not take mail" in page and "554 no" in client.get(f"/messages/{message_id}").text
    post.says.clear()
    client.post("/messages/again", data={"state": "failed"})
    deliver()
    assert [taken.id for taken in post.taken] == [message_id] and state(message_id) is State.SENT


def test_what_is_suppressed_stays_here(client, admin, post, deliver):
    message_id = put()
    client.post(f"/messages/{message_id}/suppress")
    deliver()
    assert post.taken == [] and state(message_id) is State.SUPPRESSED
    assert "An admin suppressed it" in client.get(f"/messages/{message_id}").text


def test_a_test_goes_to_oneself(client, admin, post, deliver):
    client.post("/messages/test")
    deliver()
    assert [taken.recipient for taken in post.taken] == ["ada@viva.test"]


def test_one_finds_by_name_address_and_id(client, admin, post):
    first, second = put(cause="a"), put(cause="b", recipient="lee@viva.test")
    for search in (first, "kim@"):
        page = client.get(f"/messages?q={search}").text
        assert first in page and second not in page
    assert client.get("/messages?state=nonsense&page=99").status_code == 200


def test_held_messages_do_not_go_out_by_themselves_once_there_is_a_server(app, client, admin, deliver, serve):
    message_id = put()
    post = serve()
    app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=post.port, SMTP_SECURITY="none", PUBLIC_URL="https://viva.test")
    deliver()
    assert post.taken == []
    client.post("/messages/again", data={"state": "held"})
    deliver()
    assert [taken.id for taken in post.taken] == [message_id]
    assert db.session.scalars(sa.select(Message.state)).all() == [State.SENT]
