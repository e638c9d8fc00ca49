"""Which of several live services has a room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from websockets.sync.client import connect

from tests.webapp.live.conftest import ORIGIN, LiveService, Socket
from webapp.core.database import db, now
from webapp.live import placement, tokens
from webapp.live.models import LiveService as Row


def let_die(name: str) -> None:
    """As if a service had noted nothing for longer than a lease."""
    then = now() - timedelta(seconds=placement.LEASE + 2)
    db.session.execute(sa.update(Row).where(Row.name == name).values(seen_at=then))
    db.session.commit()


def test_one_service_without_a_name_has_every_room(live, client):
    room = live.practice()
    assert placement.service_of(room) == "" and room.served_by is None


def test_a_room_stays_while_its_service_lives_and_moves_when_it_dies(live):
    placement.note("1")
    rooms = [live.practice() for _ in range(8)]
    assert {placement.service_of(room) for room in rooms} == {"1"}
    placement.note("2")  # who comes later takes nothing away
    more = [live.practice() for _ in range(24)]
    assert {placement.service_of(room) for room in rooms} == {"1"}
    assert {placement.service_of(room) for room in more} == {"1", "2"}
    let_die("1")
    assert {placement.service_of(room) for room in (*rooms, *more)} == {"2"}
    placement.note("1")
    assert {placement.service_of(room) for room in (*rooms, *more)} == {"2"}
    placement.forget("2")
    assert placement.service_of(rooms[0]) == "1"


def test_two_web_servers_that_ask_at_once_hear_the_same(live):
    """The other one was first, after we had looked at the room."""
    placement.note("1")
    placement.note("2")
    room = live.practice()
    other = {"1": "2", "2": "1"}[placement.service_of(room)]
    room.served_by = other
    db.session.commit()
    db.session.refresh(room)
    set_committed_value(room, "served_by", None)  # as it was when we looked
    assert placement.service_of(room) == other


@pytest.fixture
def named(app) -> Iterator[LiveService]:
    """A live service of the name ``1``."""
    app.config["LIVE_NAME"] = "1"
    running = LiveService(app)
    yield running
    running.stop()
    assert placement.living() == [], "it takes its note along"


def test_a_service_lets_go_of_a_room_that_has_moved(named, live, client):
    """And lets nobody into one, nor takes another service's token, which it cannot know to be used."""
    room = live.practice()
    member = room.members[0]
    placement.note("1")
    assert placement.service_of(room) == "1"

    def dial(service: str) -> Socket:
        url = f"ws://127.0.0.1:{named.port}/live/service/1/signal"
        socket = Socket(opened.enter_context(connect(url, origin=ORIGIN, close_timeout=1)))
        socket.send(type="join", token=tokens.issue(member, "signal", ORIGIN, service=service), page="page")
        return socket

    with ExitStack() as opened:
        for wrong in ("", "2"):
            assert dial(wrong).closing_code() == 4401
        inside = dial("1")
        inside.next("welcome")
        room.served_by = "2"
        db.session.commit()
        assert inside.closing_code() == 1012
        assert dial("1").closing_code() == 1012
        room.served_by = "1"
        db.session.commit()
        dial("1").next("welcome")


def test_a_service_that_cannot_note_that_it_lives_lets_go_of_all(named, live, monkeypatch):
    room = live.practice()
    placement.note("1")
    token = tokens.issue(room.members[0], "signal", ORIGIN, service=placement.service_of(room))
    with connect(f"ws://127.0.0.1:{named.port}/signal", origin=ORIGIN, close_timeout=1) as opened:
        socket = Socket(opened)
        socket.send(type="join", token=token, page="page")
        socket.next("welcome")
        monkeypatch.setattr(placement, "LEASE", 0.5)
        monkeypatch.setattr(placement, "NOTE", 0.1)

        def away(*_values: object) -> None:
            raise OSError("the database is away")

        monkeypatch.setattr(named.service.hub.store, "note_alive", away)
        assert socket.closing_code() == 1012
