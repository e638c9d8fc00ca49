"""The reading socket and its processes: what is read, what is refused, and that nobody is hurt by somebody else."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ml.core import registry
from ml.media.animated_portrait import AnimatedPortrait
from ml.media.synthetic import ANSWERS, speak
from webapp.live.service import limits, worker
from webapp.live.service.pool import Pool, ReaderBusyError, ReadingError
from webapp.live.service.reading import Readings


def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """Run ``work`` in a loop and a thread of its own: tests of the browser leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class FakeHub:
    """What the reading socket asks of the hub."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()
        self.shared: list[tuple[str, str, dict | None]] = []
        self.moments: dict[str, str] = {}
        self.moved = False

    def may_read(self, member_id: str) -> bool:
        return member_id in self.allowed

    def has_moved(self, room_id: str) -> bool:
        return self.moved

    def share(self, room_id: str, member_id: str, reading: dict | None) -> None:
        self.shared.append((room_id, member_id, reading))

    def take_moment(self, member_id: str) -> str | None:
        return self.moments.pop(member_id, None)

    def of(self, member_id: str) -> list[dict | None]:
        return [reading for _, member, reading in self.shared if member == member_id]


class Room:
    """The reading half of a live service, in a thread of its own. Tokens are ``room/member``."""

    def __init__(self) -> None:
        self.hub, self.ready = FakeHub(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self.ready.wait(120), "the readers did not start"

    async def _run(self) -> None:
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        self.pool = Pool(2)
        await self.pool.start()
        await self.pool.ready()
        readings = Readings(self.pool, self.hub, lambda token: tuple(token.split("/")) if "/" in token else None)
        options = {"max_size": 1 << 20, "max_queue": 4, "compression": None}
        async with serve(readings.serve, "127.0.0.1", 0, **options) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self.ready.set()
            await self.stop.wait()
        await self.pool.close()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self._thread.join(20)


class Browser:
    """A browser's end of /reading."""

    def __init__(self, room: Room, member: str, *, allowed: bool = True, token: str | None = None):
        if allowed:
            room.hub.allowed.add(member)
        self._open = ExitStack()
        self.socket = self._open.enter_context(
            connect(f"ws://127.0.0.1:{room.port}/reading", compression=None, max_size=None, close_timeout=2)
        )
        self.socket.send(json.dumps({"type": "join", "token": f"room/{member}" if token is None else token}))
        self.sequence = 0

    def send(self, payload: bytes, *, kind: int = limits.FRAME, flags: int = 0, at: float | None = None) -> int:
        self.sequence += 1
        at = 200.0 * self.sequence if at is None else at
        self.socket.send(limits.HEAD.pack(kind, flags, 0, self.sequence, at) + payload)
        return self.sequence

    def next(self, seconds: float = 60) -> dict:
        return json.loads(self.socket.recv(seconds))

    def read(self, payload: bytes, **more) -> dict:
        """Send a frame until it is read: the first after a restart may be answered "busy"."""
        for _ in range(40):
            self.send(payload, **more)
            answer = self.next()
            if answer["type"] != "busy":
                return answer
            time.sleep(0.2)
        raise AssertionError("busy all the time")

    def code(self) -> int:
        """The closing code, once everything before it was read."""
        try:
            while True:
                self.socket.recv(30)
        except ConnectionClosed as closed:
            return closed.rcvd.code

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.end()


@pytest.fixture(scope="module")
def frame() -> bytes:
    picture = AnimatedPortrait().draw(mouth=0.2)[..., ::-1]
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


@pytest.fixture
def browser(room: Room, request: pytest.FixtureRequest):
    """Opens browsers' ends, each of a member named after the test and a letter."""
    opened = []

    def start(letter: str = "a", **more) -> Browser:
        opened.append(Browser(room, f"{request.node.name}-{letter}", **more))
        opened[-1].member = f"{request.node.name}-{letter}"
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def wait_for(what, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_a_frame_is_read_answered_and_shared(room, browser, frame):
    one = browser()
    answer = one.read(frame)
    assert answer["type"] == "reading"
    assert (answer["sequence"], answer["at"], answer["moment"]) == (one.sequence, 200.0 * one.sequence, None)
    (face,) = answer["faces"]
    assert face["emotion"] == "happy"
    assert face["id"] == answer["followed"]
    assert answer["state"] == "ok"
    assert answer["ms"] > 0
    assert room.hub.of(one.member) == [answer]
    assert room.hub.shared[-1][0] == "room"
    one.close()
    wait_for(lambda: room.hub.of(one.member)[-1] is None)


def test_sound_is_heard(room, browser, frame):
    from ml.media.synthetic import ANSWERS, speak

    said = (32767 * speak(ANSWERS["project"])[: 5 * 16_000]).astype("<i2")
    one = browser()
    for k in range(10):
        one.send(said[8000 * k : 8000 * (k + 1)].tobytes(), kind=limits.SOUND, at=500.0 * k)
    for k in range(50):
        answer = one.read(frame, at=5000.0 + 200 * k)
        if answer["voice"] is not None:
            break
        time.sleep(0.1)  # frames go before sound, which is read in the pauses between them
    assert len(answer["voice"]["probabilities"]) == 8


def test_a_moment_is_answered_with_care_once(room, browser, frame):
    one = browser()
    assert one.read(frame, flags=limits.MOMENT)["moment"] is None  # nobody asked for one
    room.hub.moments[one.member] = "m1"
    assert one.read(frame)["moment"] is None  # this frame was taken before
    assert one.read(frame, flags=limits.MOMENT)["moment"] == "m1"
    assert one.read(frame, flags=limits.MOMENT)["moment"] is None


@pytest.mark.parametrize(
    "first",
    [
        "", "x", "[]", "{}", '{"type":"join"}', '{"type":"join","token":"none"}', b"\1", "[" * 100_000, "9" * 5000,
        '{"type":"join","token":"room/somebody","more":"' + "x" * 5000 + '"}',
    ],
    ids=lambda first: repr(first)[:40],
)  # fmt: skip
def test_nobody_gets_in_without_a_token(room, first):
    with connect(f"ws://127.0.0.1:{room.port}/reading") as socket:
        socket.send(first)
        assert json.loads(socket.recv(20))["code"] == "token"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(20)
        assert closed.value.rcvd.code == 4401


def test_without_consent_nothing_is_read(room, browser, frame):
    read = room.pool.frames
    one = browser(allowed=False)
    assert one.next()["code"] == "no_consent"
    assert one.code() == 4403
    assert room.pool.frames == read
    assert room.hub.of(one.member) == []


def test_consent_that_is_known_a_little_later_is_waited_for(room, browser, frame):
    one = browser(allowed=False)
    time.sleep(0.5)
    room.hub.allowed.add(one.member)
    assert one.read(frame)["type"] == "reading"


def test_in_a_room_that_moved_nobody_is_told_that_they_did_not_agree(room, browser, frame):
    """The page comes back by itself after this code, and is read by the other service."""
    one = browser()
    assert one.read(frame)["faces"]
    room.hub.moved = True
    try:
        room.hub.allowed.discard(one.member)
        assert one.code() == 1012
    finally:
        room.hub.moved = False


def test_a_withdrawal_counts_within_a_second_without_a_frame(room, browser, frame):
    one, other = browser("a"), browser("b")
    assert one.read(frame)["faces"]
    assert other.read(frame)["faces"]
    room.hub.allowed.discard(one.member)
    started = time.monotonic()
    assert one.next()["code"] == "no_consent"
    assert time.monotonic() - started < 1
    assert one.code() == 4403
    assert room.hub.of(one.member)[-1] is None
    assert one.member not in room.pool._homes  # what was known of them is gone
    assert other.read(frame)["faces"]


def test_a_frame_after_the_withdrawal_is_not_read(room, browser, frame):
    one = browser()
    one.read(frame)
    read = room.pool.frames
    room.hub.allowed.discard(one.member)
    one.send(frame)
    assert one.next()["code"] == "no_consent"
    assert room.pool.frames == read


def test_a_newer_tab_takes_over_and_knows_the_same_faces(room, browser, frame):
    older = browser("a")
    number = older.read(frame)["followed"]
    newer = browser("a")
    assert older.code() == 4409
    assert newer.read(frame, at=900.0)["followed"] == number
    assert None not in room.hub.of(older.member)


def test_nobody_sends_in_another_s_name(room, browser, frame):
    """A message has no field for a member: whose frame it is is what the socket's token says, and ids inside count for
    nothing."""
    one, other = browser("a"), browser("b")
    other.read(frame)
    before = len(room.hub.of(other.member))
    one.socket.send(json.dumps({"type": "join", "token": f"room/{other.member}"}))  # a second join
    assert one.next()["code"] == "garbage"
    one.read(frame)
    assert len(room.hub.of(other.member)) == before
    assert len(room.hub.of(one.member)) == 1


def test_garbage_is_refused_and_hurts_nobody(room, browser, frame):
    bad, good = browser("a"), browser("b")
    good.read(frame)
    heads = [
        limits.HEAD.pack(1, 0, 0, 1, float("nan")),
        limits.HEAD.pack(9, 0, 0, 1, 0.0),
        limits.HEAD.pack(2, 0, 0, 1, 0),
    ]
    for message in (b"", b"\1", bytes(15), bytes(16) + frame, *(head + b"odd" for head in heads)):
        bad.socket.send(message)
        assert bad.next()["code"] == "garbage"
    bad.send(b"no picture")
    assert bad.next()["code"] == "not_jpeg"
    bad.send(frame[: len(frame) // 2])
    answer = bad.next()
    assert (answer["code"], answer["sequence"]) == ("damaged", bad.sequence)
    assert bad.read(frame)["faces"]  # not yet thrown out
    with pytest.raises(ConnectionClosed):
        for _ in range(20):
            bad.send(b"no picture")
            bad.next()
    assert bad.code() == 4400
    assert good.read(frame)["faces"]
    assert room.pool.facts()["starts"] == room.pool.facts()["processes"] or room.pool.facts()["ready"] == 2


def test_a_giant_is_refused_and_hurts_nobody(room, browser, frame):
    bad, good = browser("a"), browser("b")
    bad.send(bytes(600 * 1024))
    assert bad.code() == 4413
    assert good.read(frame)["faces"]


def test_a_giant_picture_in_a_small_file_is_refused(room, browser, frame):
    one = browser()
    width = height = 60_000  # as PNG: a line of black, packed, and a head that speaks of 3.6 thousand million pixels
    head = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 0, 0, 0, 0)
    packed = b"IDAT" + zlib.compress(bytes(width + 1))
    chunks = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, packed)]
    one.send(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert one.next()["code"] == "not_jpeg"
    large = bytearray(frame)
    at = large.index(b"\xff\xc0") + 5
    large[at : at + 4] = b"\xff\xff\xff\xff"
    one.send(bytes(large))
    assert one.next()["code"] == "size"


def test_too_many_frames_are_answered_busy_and_hurt_nobody(room, browser, frame):
    bad, good = browser("a"), browser("b")
    good.read(frame)
    for _ in range(45):
        bad.send(frame)
    answers = [bad.next()["type"] for _ in range(45)]
    assert answers.count("busy") >= 20
    assert answers.count("reading") >= 1
    started = time.monotonic()
    assert good.read(frame)["faces"]
    assert time.monotonic() - started < 5


def test_a_flood_is_hung_up_on(room, browser, frame):
    bad, good = browser("a"), browser("b")
    with pytest.raises(ConnectionClosed):
        for _ in range(5000):
            bad.send(b"\0\0", kind=limits.SOUND)
    assert bad.code() == 4429
    assert good.read(frame)["faces"]


def test_a_killed_process_comes_back_and_the_others_go_on(room, browser, frame):
    one, other = browser("a"), browser("b")
    one.read(frame)
    other.read(frame)
    homes = room.pool._homes
    assert homes[one.member] is not homes[other.member]
    before = room.pool.facts()["starts"]
    os.kill(homes[one.member].process, signal.SIGKILL)
    started = time.monotonic()
    for _ in range(5):
        assert other.read(frame)["faces"]
    assert time.monotonic() - started < 5
    wait_for(lambda: room.pool.facts()["starts"] > before and room.pool.facts()["ready"] == 2, 90)
    assert one.read(frame)["faces"]


def test_who_kills_processes_again_and_again_is_not_read_for_a_while():
    pool = Pool(1)
    for _ in range(3):
        pool._strike("bad")

    async def ask(member: str) -> None:
        await asyncio.wait_for(pool.frame(member, b"", 0.0), 0.1)

    with pytest.raises(ReadingError, match="several times"):
        alone(ask("bad"))
    with pytest.raises(TimeoutError):
        alone(ask("good"))


def test_at_most_one_frame_of_a_member_waits():
    async def play() -> None:
        pool = Pool(1)  # not started: everything waits
        first = asyncio.create_task(pool.frame("a", b"1", 0.0))
        await asyncio.sleep(0)
        second = asyncio.create_task(pool.frame("a", b"2", 0.0, True))
        await asyncio.sleep(0)
        third = asyncio.create_task(pool.frame("a", b"3", 0.0))
        await asyncio.sleep(0)
        with pytest.raises(ReaderBusyError):
            await first
        with pytest.raises(ReaderBusyError):  # one that is to be read with care keeps its place
            await third
        queue = pool.workers[0].queues["a"]
        assert queue.frame.payload == b"2"
        for k in range(20):
            pool.sound("a", bytes([k]), 0.0)
        assert len(queue.sound) == worker.MOST_SOUND
        assert queue.sound[-1][:2] == (bytes([19]), 0.0)
        pool.drop("a")
        with pytest.raises(ReaderBusyError):
            await second
        assert pool.facts()["readers"] == 0

    alone(play())


def test_frames_go_before_sound_and_sound_is_not_forgotten():
    """Right after a frame of its sender sound is read when nobody hurries; after a while at once."""
    now = time.monotonic()
    heard = worker.ReaderQueue(b"a", sound=deque([(b"", 0.0, now)]))
    assert heard.urgency(now) is None
    heard.answered = now + 0.01
    assert heard.urgency(now + 0.02) == 1
    alone_ = worker.ReaderQueue(b"b", sound=deque([(b"", 0.0, now)]))  # a camera that is off
    assert [alone_.urgency(now + late) for late in (0.1, 0.4, 0.7)] == [None, 1, 0]
    assert worker.ReaderQueue(b"c", dropped=True).urgency(now) == 0
    assert worker.ReaderQueue(b"d").urgency(now) is None


def test_members_are_spread_over_the_processes_and_stay():
    async def play() -> None:
        pool = Pool(3)
        for _ in range(2):
            for k in range(6):
                pool.sound(f"m{k}", b"\0\0", 0.0)
        assert [len(one.queues) for one in pool.workers] == [2, 2, 2]
        assert all(len(queue.sound) == 2 for one in pool.workers for queue in one.queues.values())

    alone(play())


def test_idle_readers_are_dropped(room, browser, frame, monkeypatch):
    one = browser()
    one.read(frame)
    home = room.pool._homes[one.member]
    home.queues[one.member].used -= 1000
    wait_for(lambda: one.member not in room.pool._homes)
    wait_for(lambda: one.member not in home.queues)
    assert one.read(frame)["followed"] == 0  # begun anew


def test_a_process_without_models_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))

    async def play() -> None:
        pool = Pool(1)
        await pool.start()
        while pool.facts()["failure"] is None:
            await asyncio.sleep(0.05)
        with pytest.raises(ReadingError) as caught:
            await pool.frame("a", b"", 0.0)
        assert caught.value.code == "model_missing"
        await pool.close()

    alone(asyncio.wait_for(play(), 100))


def test_weights_that_are_replaced_disturb_nobody_who_is_read(monkeypatch, tmp_path, frame):
    """Readers go on with what they have loaded, also those that are forked afterwards, in all that they read."""
    for path in (Path(registry.__file__).parents[1] / "weights").iterdir():
        if path.suffix != ".keras" and not path.name.startswith(("text", "paper", "interview")):
            shutil.copy(path, tmp_path)
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    samples = (32767 * speak(ANSWERS["project"])[: 5 * 16_000]).astype("<i2").reshape(-1, 8000)

    async def play() -> None:
        pool = Pool(1)
        await pool.start()
        await pool.ready()
        for path in tmp_path.iterdir():
            path.write_bytes(b"half of what is to come")
        for again in (False, True):
            if again:
                first = pool.workers[0].process
                os.kill(first, signal.SIGKILL)
                while pool.workers[0].process in (first, None) or not pool.workers[0].ready.is_set():
                    await asyncio.sleep(0.02)
            heard = []
            for number, block in enumerate(samples):
                pool.sound("a", block.tobytes(), 500.0 * number)
                reading = (await pool.frame("a", frame, 500.0 * number + 500, number % 2 == 1))["reading"]
                assert reading["faces"][0]["probabilities"] and reading["faces"][0]["mouth"]
                heard.append(reading["voice"])
            assert any(heard) and reading["fused"]
        await pool.close()

    alone(asyncio.wait_for(play(), 200))


@pytest.mark.full
@pytest.mark.timeout(900)  # ten seconds, but for machines that do much else
def test_memory_stays_flat_over_some_thousand_messages(room, browser, frame):
    """Frames and sound as fast as one process takes them: it holds in the end what it held after the first part."""

    def resident(process: int) -> float:
        return int(open(f"/proc/{process}/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

    small = cv2.imencode(".jpg", AnimatedPortrait().draw()[::3, ::3, ::-1])[1].tobytes()
    sound = np.random.default_rng(0).integers(-9000, 9000, 1600).astype("<i2").tobytes()

    async def play() -> list[float]:
        found = []
        for k in range(2001):
            await room.pool.frame("memory", small, 30.0 * k)
            if k % 4 == 0:
                room.pool.sound("memory", sound, 30.0 * k)
            if k in (500, 2000):
                found.append(resident(room.pool._homes["memory"].process))
        return found

    first, last = asyncio.run_coroutine_threadsafe(play(), room.loop).result(850)
    assert last < first + 8  # MB


@pytest.mark.parametrize(
    "message",
    [
        "text",
        b"",
        bytes(16),
        limits.HEAD.pack(1, 0, 0, 1, -1.0) + b"x",
        limits.HEAD.pack(2, 0, 0, 1, 0.0) + bytes(32_002),
    ],
)
def test_messages_that_make_no_sense(message):
    with pytest.raises(limits.Garbage):
        limits.parse(message)


def test_a_message_is_taken_apart():
    packet = limits.parse(limits.HEAD.pack(1, 1, 0, 7, 12.5) + b"payload")
    assert packet == limits.Packet(limits.FRAME, True, 7, 12.5, b"payload")
