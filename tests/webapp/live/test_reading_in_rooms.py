"""Readings in real rooms: real tokens, consents in the database, the hub, and a reader process."""

from __future__ import annotations

import asyncio
import json
import time

import cv2
import pytest

from ml.media.animated_portrait import AnimatedPortrait
from tests.webapp.live.conftest import ORIGIN
from webapp.live import tokens
from webapp.live.service import limits
from webapp.live.service.pool import Pool
from webapp.live.service.reading import Readings


@pytest.fixture
def reading(service, dial):
    """Begin to send one's own frames: ``reading(member)`` after joining the room."""
    within, pool = service.service, Pool(1)
    within.readings = Readings(pool, within.hub, within._check_reading)

    def join(member, purpose: str = "reading"):
        socket = dial(path="/reading")
        socket.send(type="join", token=tokens.issue(member, purpose, ORIGIN))
        return socket

    yield join
    asyncio.run_coroutine_threadsafe(pool.close(), service._loop).result(20)


@pytest.fixture
def readers(reading, service) -> None:
    """With a process that reads."""

    async def begin() -> None:
        await service.service.readings.pool.start()
        await service.service.readings.pool.ready()

    asyncio.run_coroutine_threadsafe(begin(), service._loop).result(120)


def frame(sequence: int, flags: int = 0) -> bytes:
    picture = cv2.imencode(".jpg", AnimatedPortrait().draw(mouth=0.3)[::2, ::2, ::-1])[1].tobytes()
    return limits.HEAD.pack(limits.FRAME, flags, 0, sequence, 200.0 * sequence) + picture


def test_a_reading_goes_to_those_who_agreed_until_it_is_taken_back(live, join, reading, readers):
    room = live.practice()
    host, friend, third = room.members[0], live.guest(room, "Friend"), live.guest(room, "Third")
    live.agree(host)
    live.agree(friend)
    join(host)
    sees, does_not = join(friend), join(third)
    camera = reading(host)
    camera.connection.send(frame(1))
    mine = camera.next("reading", 60)
    assert mine["faces"] and mine["sequence"] == 1
    shared = sees.next("reading", 10)
    assert shared["from"] == host.id and shared["reading"]["faces"] == mine["faces"]
    assert does_not.silent("reading")

    started = time.monotonic()
    live.agree(host, False)  # as any web worker would write it
    assert camera.closing_code(5) == 4403
    assert time.monotonic() - started < 1.5
    assert sees.next("reading", 5)["reading"] is None


def test_who_has_not_agreed_is_not_read(live, join, reading):
    room = live.practice()
    join(room.members[0])
    socket = reading(room.members[0])
    assert socket.next("error", 10)["code"] == "no_consent"
    assert socket.closing_code(5) == 4403


def test_a_token_for_signals_opens_no_reading(live, join, reading):
    room = live.practice()
    live.agree(room.members[0])
    join(room.members[0])
    assert reading(room.members[0], "signal").closing_code(5) == 4401


def test_analyse_marks_everybody_s_next_frame(live, join, reading, readers):
    room = live.practice()
    host, friend = room.members[0], live.guest(room, "Friend")
    live.agree(host)
    live.agree(friend)
    first, second = join(host), join(friend)
    cameras = [reading(host), reading(friend)]
    second.send(type="moment")
    told = first.next("moment", 5)
    for camera in cameras:
        camera.connection.send(frame(1, limits.MOMENT))
    answers = [json.loads(camera.connection.recv(timeout=60)) for camera in cameras]
    assert [answer["moment"] for answer in answers] == [told["moment"]] * 2
    cameras[0].connection.send(frame(2, limits.MOMENT))
    assert cameras[0].next("reading", 60)["moment"] is None
