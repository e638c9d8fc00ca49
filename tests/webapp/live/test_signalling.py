"""The signal socket: who is let in, who hears what, and what is refused without hurting others."""

from __future__ import annotations

import time

import pytest
from websockets.exceptions import InvalidStatus

from tests.webapp.live.conftest import ORIGIN, LiveService
from webapp.core.database import db
from webapp.live import operations, tokens
from webapp.live.service import hub as hubs


class TestLettingIn:
    def test_a_member_is_welcomed_and_the_others_told(self, live, join):
        room = live.practice()
        host, guest = room.members[0], live.guest(room)
        first = join(host)
        assert first.welcome["you"] == {
            "id": host.id, "name": host.name, "role": "host", "camera": False, "microphone": False, "screen": False,
            "hand": False, "recording": False, "reading": False, "shown": True, "page": "page",
        }  # fmt: skip
        assert first.welcome["room"]["mode"] == "practice" and first.welcome["room"]["reading_allowed"] is True
        assert first.welcome["peers"] == [] and first.welcome["ice"] == []
        second = join(guest)
        assert [peer["id"] for peer in second.welcome["peers"]] == [host.id]
        assert first.next("peer")["peer"]["name"] == "Guest"

    @pytest.mark.parametrize("origin", ["http://evil.test", "null", None, "http://127.0.0.1.evil.test"])
    def test_pages_of_elsewhere_are_refused_before_anything(self, dial, origin):
        with pytest.raises(InvalidStatus) as refused:
            dial(origin=origin)
        assert refused.value.response.status_code == 403

    def test_a_configured_address_is_the_only_one(self, app, dial):
        app.config["PUBLIC_URL"] = "https://viva.example.org/"
        with pytest.raises(InvalidStatus):
            dial()
        assert dial(origin="https://viva.example.org")

    def test_other_paths_hold_nothing(self, dial):
        with pytest.raises(InvalidStatus) as refused:
            dial(path="/other")
        assert refused.value.response.status_code == 404

    def test_a_proxy_may_put_a_path_in_front(self, live, join):
        assert join(live.practice().members[0], path="/live/service/signal").welcome

    @pytest.mark.parametrize("token", ["", "forged", None, 7, {"a": 1}, "x" * 5000])
    def test_a_forged_token(self, dial, token):
        socket = dial()
        socket.send(type="join", token=token)
        assert socket.closing_code() == 4401

    def test_a_token_signed_with_another_key(self, app, live, dial):
        member = live.practice().members[0]
        app.config["SECRET_KEY"] = "another"
        forged = tokens.issue(member, "signal", ORIGIN)
        app.config["SECRET_KEY"] = "test"
        socket = dial()
        socket.send(type="join", token=forged)
        assert socket.closing_code() == 4401

    def test_a_token_that_is_too_old(self, app, live, dial):
        token = tokens.issue(live.practice().members[0], "signal", ORIGIN)
        app.config["LIVE_TOKEN_SECONDS"] = -1
        socket = dial()
        socket.send(type="join", token=token)
        assert socket.next("error")["code"] == "expired"
        assert socket.closing_code() == 4401

    def test_a_token_counts_once(self, live, dial):
        token = tokens.issue(live.practice().members[0], "signal", ORIGIN)
        first, second = dial(), dial()
        first.send(type="join", token=token)
        first.next("welcome")
        second.send(type="join", token=token)
        assert second.next("error")["code"] == "used"
        assert second.closing_code() == 4401

    def test_a_token_from_before_a_restart_is_made_anew(self, app, live, service, dial):
        token = tokens.issue(live.practice().members[0], "signal", ORIGIN)
        other = LiveService(app)
        socket = dial(port=other.port)
        socket.send(type="join", token=token)
        assert socket.closing_code() == 4401
        other.stop()

    def test_a_token_for_the_other_socket_or_another_page(self, live, dial):
        member = live.practice().members[0]
        for token in (tokens.issue(member, "reading", ORIGIN), tokens.issue(member, "signal", "http://other.test")):
            socket = dial()
            socket.send(type="join", token=token)
            assert socket.closing_code() == 4401

    @pytest.mark.parametrize("first", ["[]", "garbage", '{"type":"chat","text":"hi"}', "[" * 60_000])
    def test_something_else_than_a_join_comes_first(self, dial, first):
        socket = dial()
        socket.connection.send(first)
        assert socket.closing_code() == 4401

    def test_who_was_removed_or_comes_too_late(self, live, dial):
        room, over = live.practice(), live.practice()
        guest = live.guest(room)
        late = [tokens.issue(guest, "signal", ORIGIN), tokens.issue(over.members[0], "signal", ORIGIN)]
        operations.remove(guest)
        operations.close(over)
        db.session.commit()
        for token, code in zip(late, ("removed", "closed"), strict=True):
            socket = dial()
            socket.send(type="join", token=token)
            assert socket.next("error")["code"] == code
            assert socket.closing_code() == 4403

    def test_a_seventh_finds_the_room_full(self, live, join, dial):
        room = live.practice()
        inside = [join(room.members[0]), *(join(live.guest(room)) for _ in range(5))]
        socket = dial()
        socket.send(type="join", token=tokens.issue(live.guest(room), "signal", ORIGIN))
        assert socket.next("error")["code"] == "full"
        assert socket.closing_code() == 4403
        inside[-1].send(type="leave")
        inside[0].next("left")
        assert join(room.members[-1]).welcome


class TestTalking:
    @pytest.fixture
    def two(self, live, join):
        room = live.practice()
        host, guest = room.members[0], live.guest(room)
        sockets = join(host), join(guest)
        sockets[0].next("peer")
        return host, guest, *sockets

    def test_signals_reach_the_one_they_are_for(self, live, join, two):
        host, guest, first, second = two
        third = join(live.guest(host.room))
        second.send(type="signal", to=host.id, data={"description": {"type": "offer", "sdp": "v=0"}})
        signal = first.next("signal")
        assert signal == {"type": "signal", "from": guest.id, "data": {"description": {"type": "offer", "sdp": "v=0"}}}
        assert third.silent("signal")

    def test_nobody_reaches_into_another_room(self, live, join, two):
        elsewhere = live.practice().members[0]
        other = join(elsewhere)
        two[3].send(type="signal", to=elsewhere.id, data={"candidate": None})
        assert two[3].next("error")["code"] == "nobody"
        two[3].send(type="chat", text="hello?")
        assert other.silent("signal", 0.3) and other.silent("chat", 0.3)

    @pytest.mark.parametrize("data", [None, {}, {"evil": 1}, "text", {"candidate": 1, "more": 2}])
    def test_a_signal_that_is_none(self, two, data):
        two[3].send(type="signal", to=two[0].id, data=data)
        assert two[3].next("error")["code"] == "message"

    def test_state_is_told_and_only_what_is_known_of_it(self, two):
        _host, guest, first, second = two
        second.send(type="state", camera=True, microphone="yes", hand=True, name="Somebody else", role="host")
        peer = first.next("peer")["peer"]
        assert (peer["camera"], peer["microphone"], peer["hand"]) == (True, False, True)
        assert (peer["name"], peer["role"]) == (guest.name, "guest")

    def test_chat_reaches_all_in_the_name_of_the_sender(self, two):
        _host, guest, first, second = two
        second.send(type="chat", text="Grüße 👋 <b>", name="Host")
        for socket in (first, second):
            message = socket.next("chat")
            assert (message["from"], message["name"], message["text"]) == (guest.id, "Guest", "Grüße 👋 <b>")

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2001, 7, None])
    def test_chat_that_is_refused(self, two, text):
        two[3].send(type="chat", text=text)
        assert two[3].next("error")["code"].startswith("chat_")
        assert two[2].silent("chat", 0.3)

    def test_chat_has_a_limit_and_goes_on_after_it(self, two):
        _host, _guest, first, second = two
        for number in range(12):
            second.send(type="chat", text=str(number))
        assert second.next("error", code="chat_too_often")
        heard = 0
        while not first.silent("chat", 0.3):
            heard += 1
        assert 8 <= heard <= 9
        time.sleep(1.1)
        second.send(type="chat", text="again")
        assert first.next("chat")["text"] == "again"

    def test_a_flood_ends_one_connection_alone(self, two):
        _host, _guest, first, second = two
        for _ in range(600):
            try:
                second.send(type="state", hand=True)
            except Exception:
                break
        assert second.closing_code() == 4429
        first.send(type="chat", text="still here")
        assert first.next("chat")["text"] == "still here"

    def test_a_giant_ends_one_connection_alone(self, two):
        two[3].send(type="chat", text="x" * 70_000)
        assert two[3].closing_code() == 4413
        two[2].send(type="chat", text="still here")
        assert two[2].next("chat")

    @pytest.mark.parametrize("raw", ["null", "[]", '"text"', "{", '{"type":7}', '{"type":"dance"}', b"\x00\x01"])
    def test_garbage_is_answered_and_nothing_else(self, two, raw):
        two[3].connection.send(raw)
        assert two[3].next("error")["code"] == "message"
        two[3].send(type="chat", text="on")
        assert two[2].next("chat")

    def test_a_moment_is_told_to_all_and_marks_those_who_agreed(self, live, service, two):
        host, guest, first, second = two
        live.agree(guest)
        second.next("consent")
        first.send(type="moment")
        moment = second.next("moment")
        assert moment["by"] == host.id
        hub = service.service.hub
        assert service.call(lambda: hub.take_moment(guest.id)) == moment["moment"]
        assert service.call(lambda: hub.take_moment(guest.id)) is None
        assert service.call(lambda: hub.take_moment(host.id)) is None


class TestComingAndGoing:
    def test_a_newer_tab_takes_over(self, live, join):
        room = live.practice()
        host, guest = room.members[0], live.guest(room)
        watcher, old = join(host), join(guest, page="old")
        watcher.next("peer")
        new = join(guest, page="new")
        assert old.closing_code() == 4409
        assert watcher.next("peer")["peer"]["page"] == "new"
        assert watcher.silent("left")
        new.send(type="chat", text="here")
        assert watcher.next("chat")

    def test_who_leaves_is_gone_at_once(self, live, join):
        room = live.practice()
        guest = live.guest(room)
        host, leaving, closing = join(room.members[0]), join(guest), join(other := live.guest(room, "Other"))
        leaving.send(type="leave")
        assert host.next("left") == {"type": "left", "id": guest.id, "why": "left"}
        closing.close()
        assert host.next("left")["id"] == other.id

    def test_a_lost_connection_may_come_back(self, live, join, monkeypatch):
        monkeypatch.setattr(hubs, "GRACE", 1.5)
        room = live.practice()
        guest = live.guest(room)
        host, lost = join(room.members[0]), join(guest)
        host.next("peer")
        lost.connection.socket.shutdown(2)
        assert host.silent("left", 0.8)
        back = join(guest)
        assert back.welcome["you"]["page"] == "page"
        assert host.silent("left", 1.2)
        back.connection.socket.shutdown(2)
        assert host.next("left", 4) == {"type": "left", "id": guest.id, "why": "lost"}

    def test_a_restart_is_survived(self, app, live, service, join):
        """All connections go; everybody comes back to the new one by a new token, and finds the others again."""
        room = live.practice()
        host, guest = room.members[0], live.guest(room)
        live.agree(guest)
        sockets = join(host), join(guest)
        service.stop()
        assert [socket.closing_code() for socket in sockets] == [1012, 1012]
        again = LiveService(app, port=service.port)
        try:
            join(host)
            peers = join(guest).welcome["peers"]
            assert [peer["id"] for peer in peers] == [host.id]
        finally:
            again.stop()

    def test_presence_is_noted(self, live, join):
        room = live.practice()
        socket = join(room.members[0])
        deadline = time.monotonic() + 3
        while not room.members[0].is_present and time.monotonic() < deadline:
            time.sleep(0.05)
            db.session.expire_all()
        assert room.members[0].is_present
        socket.send(type="leave")
        while room.members[0].is_present and time.monotonic() < deadline + 3:
            time.sleep(0.05)
            db.session.expire_all()
        assert not room.members[0].is_present
