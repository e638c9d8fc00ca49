"""A place in a room that belongs to an account is held by the person who is signed in now, and by nobody else."""

from __future__ import annotations

import pytest

from tests.webapp.conftest import PASSWORD
from tests.webapp.live.conftest import ORIGIN
from webapp.accounts import operations, sessions
from webapp.accounts.models import Role, UserSession
from webapp.core.database import db, now
from webapp.live import tokens


@pytest.fixture
def host(app, make, live):
    """A room, its host, and the host's browser."""
    owner = make.user()
    room = live.practice(owner)
    browser = app.test_client()
    browser.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    assert browser.get(f"/live/rooms/{room.id}/manage").status_code == 200
    return room, owner, browser


ENDS = {
    "deactivated": lambda owner, make: operations.deactivate(owner, by=make.user(Role.ADMIN)),
    "another password": lambda owner, make: operations.change_password(owner, "four other words here"),
    "ended elsewhere": lambda owner, make: sessions.end_all(owner),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_host_who_is_signed_out_is_no_host(host, make, how):
    room, owner, browser = host
    ENDS[how](owner, make)
    db.session.commit()
    assert browser.get(f"/live/rooms/{room.id}/manage").status_code == 404
    assert browser.post(f"/live/rooms/{room.id}/close").status_code == 404
    assert browser.post(f"/live/rooms/{room.id}/links").status_code == 404
    answer = browser.post(f"/live/rooms/{room.id}/token", json={"purpose": "signal"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 404
    db.session.refresh(room)
    assert room.is_open


@pytest.mark.parametrize("how", ENDS)
def test_the_socket_ends_too(host, make, dial, how):
    room, owner, _browser = host
    row = db.session.query(UserSession).one()
    socket = dial()
    socket.send(type="join", token=tokens.issue(room.members[0], "signal", ORIGIN, row.id), page="page")
    socket.next("welcome")
    ENDS[how](owner, make)
    db.session.commit()
    assert socket.closing_code() == 4403


def test_a_token_of_a_session_that_ended_meanwhile(host, dial):
    room, _owner, _browser = host
    row = db.session.query(UserSession).one()
    token = tokens.issue(room.members[0], "signal", ORIGIN, row.id)
    row.ended_at = now()
    db.session.commit()
    socket = dial()
    socket.send(type="join", token=token)
    assert socket.next("error")["code"] == "signed_out"
