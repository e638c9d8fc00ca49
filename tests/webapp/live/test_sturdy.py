"""What people who mean harm, or programs that are broken, send to the live service: it is theirs to bear alone."""

from __future__ import annotations

import json
import socket
import struct
import time
import zlib
from contextlib import ExitStack, suppress
from threading import Thread

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.webapp.live.conftest import ORIGIN
from webapp.core.database import db
from webapp.live import operations, tokens
from webapp.live.service import admission_control, signalling


def raw(port: int, request: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(request)
    return connection


def upgrade(path: str, *headers: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *headers,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.fixture
def room(live, join):
    """A host and a guest who are in a call; their members and sockets."""
    room = live.practice()
    host, guest = room.members[0], live.guest(room)
    sockets = join(host), join(guest)
    sockets[0].next("peer")
    return host, guest, *sockets


def test_those_who_say_nothing_keep_nobody_out(service, live, join, room, monkeypatch):
    """More half-open connections than may wait: letters that never end, and sockets on which no join comes."""
    monkeypatch.setattr(admission_control, "WAITING", 40)
    with ExitStack() as opened:
        slow = [opened.enter_context(raw(service.port, b"GET /signal HTTP/1.1\r\nX-Slow: ")) for _ in range(60)]
        quiet = upgrade("/signal", f"Origin: {ORIGIN}")
        slow += [opened.enter_context(raw(service.port, quiet)) for _ in range(60)]
        started = time.monotonic()
        assert join(live.practice().members[0]).welcome
        assert time.monotonic() - started < 3
        with suppress(ConnectionResetError):  # the one that waited longest has to go
            assert slow[0].recv(100) == b""
    room[3].send(type="chat", text="still here")
    assert room[2].next("chat")["text"] == "still here"


def test_a_join_that_never_ends_is_not_waited_for(dial, monkeypatch):
    monkeypatch.setattr(signalling, "PATIENCE", 0.3)
    quiet = dial()
    assert quiet.closing_code() == 4401


def test_hundreds_of_forged_joins_at_once(service, live, join, dial, room):
    codes: list[int] = []

    def forge() -> None:
        for number in range(40):
            with connect(f"ws://127.0.0.1:{service.port}/signal", origin=ORIGIN, compression=None) as connection:
                connection.send(json.dumps({"type": "join", "token": f"forged{number}"}))
                try:
                    while True:
                        connection.recv(10)
                except ConnectionClosed as closed:
                    codes.append(closed.rcvd.code)

    threads = [Thread(target=forge) for _ in range(8)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    assert join(live.practice().members[0]).welcome
    assert time.monotonic() - started < 3
    for thread in threads:
        thread.join(60)
    assert codes == [4401] * 320
    for _ in range(100):  # the service sees the last closing a moment after its browser does
        left = service.call(lambda: (len(service.service._crowd._waiting), len(service.service._crowd._joined)))
        if left == (0, 3):
            break
        time.sleep(0.02)
    assert left == (0, 3)


def test_a_crowd_is_full_of_those_who_have_joined(service, dial, room, monkeypatch):
    monkeypatch.setattr(admission_control, "MOST", 2)
    with pytest.raises(InvalidStatus) as refused:
        dial()
    assert refused.value.response.status_code == 503
    room[3].close()
    for _ in range(50):
        if service.call(lambda: not service.service._crowd.is_full):
            break
        time.sleep(0.05)
    assert dial()


@pytest.mark.parametrize("path", ["/signal", "/reading"])
def test_without_an_origin_nobody_gets_in(service, path):
    with raw(service.port, upgrade(path)) as connection:
        assert connection.recv(100).startswith((b"HTTP/1.1 403", b"HTTP/1.1 404"))


def test_nothing_is_unpacked(service):
    """A few bytes of a compressed message can be gigabytes: compression is not agreed to."""
    request = upgrade("/signal", f"Origin: {ORIGIN}", "Sec-WebSocket-Extensions: permessage-deflate")
    with raw(service.port, request) as connection:
        answer = connection.recv(4000)
        assert answer.startswith(b"HTTP/1.1 101") and b"deflate" not in answer
        bomb = zlib.compressobj(wbits=-15)
        payload = bomb.compress(b" " * 10_000_000) + bomb.flush(zlib.Z_SYNC_FLUSH)
        # Final, compressed (the reserved bit), text, masked by zeros.
        connection.sendall(bytes([0xC1, 0xFE]) + struct.pack(">H", len(payload)) + bytes(4) + payload)
        left = b""
        while part := connection.recv(4000):
            left += part
        assert struct.pack(">H", 1002) in left


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"POST /signal HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
        b"GET /signal HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /signal HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % k for k in range(1000)) + b"\r\n",
    ],
    ids=["tls", "post", "a long line", "many lines"],
)
def test_what_is_no_request_is_hung_up_on(service, room, request_):
    with raw(service.port, request_) as connection:
        answer = b""
        while True:
            try:
                part = connection.recv(4000)
            except ConnectionResetError:
                break
            if not part:
                break
            answer += part
        assert not answer.startswith(b"HTTP/1.1 101")
    room[3].send(type="chat", text="on")
    assert room[2].next("chat")


class TestSignals:
    @pytest.mark.parametrize(
        "data",
        [
            '{"description":' + "[" * 900 + "]" * 900 + "}",
            '{"candidate":{"candidate":' + '{"a":' * 400 + "1" + "}" * 400 + "}}",
            '{"candidate":[1,2]}',
            '{"description":"v=0"}',
            '{"candidate":{"sdpMid":[]}}',
        ],
    )
    def test_what_is_deep_or_of_another_kind_is_not_passed_on(self, room, data):
        host, _guest, first, second = room
        second.connection.send('{"type":"signal","to":"' + host.id + '","data":' + data + "}")
        assert second.next("error")["code"] == "message"
        assert first.silent("signal", 0.3)

    @pytest.mark.parametrize("kind", ["[]", "{}", "[[]]", "null", "1e999", "true"])
    def test_a_type_that_is_none(self, room, kind):
        room[3].connection.send('{"type":' + kind + "}")
        assert room[3].next("error")["code"] == "message"
        room[3].send(type="chat", text="on")
        assert room[2].next("chat")

    def test_half_a_character_hurts_nobody(self, live, room, join):
        """Half a surrogate pair is no text that could be sent as UTF-8."""
        host, _guest, first, second = room
        half = '"\\ud83d"'
        second.connection.send(
            '{"type":"signal","to":"' + host.id + '","data":{"candidate":{"candidate":' + half + "}}}"
        )
        second.connection.send('{"type":"chat","text":' + half + "}")
        assert first.next("signal") and first.next("chat")
        newcomer = join(live.guest(host.room), page="\ud83d")
        assert first.next("peer")["peer"]["page"] == "\ud83d"
        for socket_ in (first, second):
            socket_.send(type="chat", text="still here")
            assert newcomer.next("chat", text="still here")

    def test_consents_are_given_seldom_and_taken_back_always(self, live, room):
        _host, guest, first, second = room
        for number in range(20):
            second.send(type="consent", reading=number % 2 == 0)
        assert second.next("error", code="consent_too_often", timeout=10)
        second.send(type="consent", reading=True)
        second.send(type="consent", reading=False)
        first.next("peer", timeout=10)
        time.sleep(1.0)
        db.session.expire_all()
        assert guest.reading is False
        assert len(guest.consents) <= 2 * signalling.LIMITS["consent"][1] + 2

    def test_chat_is_not_let_through_by_words_of_another_message(self, room):
        for number in range(12):
            room[3].send(type="chat", text=str(number), reading=False)
        assert room[3].next("error", code="chat_too_often")


class TestTokens:
    def test_one_from_before_a_removal_opens_nothing_after_it(self, live, join, dial, room):
        _host, guest, first, second = room
        kept = [tokens.issue(guest, "signal", ORIGIN) for _ in range(2)]
        operations.remove(guest)
        db.session.commit()
        assert second.next("error", code="removed")
        assert second.closing_code() == 4403
        for token in kept:
            again = dial()
            again.send(type="join", token=token)
            assert again.next("error")["code"] == "removed"
            assert again.closing_code() == 4403
            replayed = dial()
            replayed.send(type="join", token=token)
            assert replayed.closing_code() == 4401
        assert first.next("left")["id"] == guest.id
        assert first.silent("peer", 0.5)

    def test_one_from_before_the_room_was_closed(self, live, dial):
        place = live.practice()
        token = tokens.issue(place.members[0], "signal", ORIGIN)
        operations.close(place)
        db.session.commit()
        late = dial()
        late.send(type="join", token=token)
        assert late.next("error")["code"] == "closed"
