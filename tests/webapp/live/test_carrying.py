"""What browsers are told about STUN, TURN and LiveKit, and a real coturn that takes our credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
import pytest

from tests.coturn import SECRET, running
from webapp.database import db
from webapp.live import ice, media, operations

NONE = dict.fromkeys(
    ("TURN_USERNAME", "TURN_PASSWORD", "TURN_SECRET", "LIVEKIT_URL", "LIVEKIT_KEY", "LIVEKIT_SECRET"), None
) | {"STUN_URLS": [], "TURN_URLS": [], "TURN_SECONDS": 3600}


class TestServers:
    def test_none_by_default(self, app):
        assert ice.servers(app.config, "m") == []
        assert media.describe(app.config, "r", "m", "Kim") == {"kind": "mesh", "most": 6}

    def test_stun_and_fixed_credentials(self):
        config = NONE | {
            "STUN_URLS": ["stun:a"], "TURN_URLS": ["turn:b", "turns:c"], "TURN_USERNAME": "u", "TURN_PASSWORD": "p",
        }  # fmt: skip
        assert ice.servers(config, "m") == [
            {"urls": ["stun:a"]},
            {"urls": ["turn:b", "turns:c"], "username": "u", "credential": "p"},
        ]

    def test_credentials_that_end(self):
        config = NONE | {"TURN_URLS": ["turn:b"], "TURN_SECRET": "north", "TURN_USERNAME": "never"}
        (server,) = ice.servers(config, "m1", at=1000.9)
        assert server["username"] == "4600:m1"
        digest = hmac.new(b"north", b"4600:m1", hashlib.sha1).digest()
        assert base64.b64decode(server["credential"]) == digest

    def test_the_environment_is_heard(self, monkeypatch):
        from flask import Flask

        from webapp.live import settings

        monkeypatch.setenv("VIVA_TURN_URLS", "turn:a:3478?transport=udp, turns:a:5349")
        monkeypatch.setenv("VIVA_TURN_SECRET", "s")
        app = Flask("x")
        settings.init_app(app)
        assert app.config["TURN_URLS"] == ["turn:a:3478?transport=udp", "turns:a:5349"]


class TestLiveKit:
    CONFIG = NONE | {"LIVEKIT_URL": "wss://kit.test", "LIVEKIT_KEY": "key", "LIVEKIT_SECRET": "s" * 32}

    def test_all_three_or_nothing(self):
        for name in ("LIVEKIT_URL", "LIVEKIT_KEY", "LIVEKIT_SECRET"):
            assert media.most(self.CONFIG | {name: None}) == 6
        assert media.most(self.CONFIG) == 50

    def test_a_token_lets_one_person_into_one_room_for_a_while(self):
        told = media.describe(self.CONFIG, "room1", "member1", "Kim")
        assert (told["kind"], told["url"]) == ("livekit", "wss://kit.test")
        claims = jwt.decode(told["token"], "s" * 32, algorithms=["HS256"])
        assert (claims["iss"], claims["sub"], claims["name"]) == ("key", "member1", "Kim")
        assert claims["video"]["room"] == "room1" and claims["video"]["roomJoin"] is True
        assert not {"roomAdmin", "roomCreate", "roomList", "roomRecord"} & set(claims["video"])
        assert 0 < claims["exp"] - time.time() <= 60
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(told["token"], "t" * 32, algorithms=["HS256"])

    @pytest.fixture
    def asked(self) -> Iterator[tuple[str, list[tuple[str, dict, dict]]]]:
        """A server that notes what it is asked, with the claims of the token: not LiveKit, but what it documents."""
        asked: list[tuple[str, dict, dict]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                token = self.headers["Authorization"].removeprefix("Bearer ")
                asked.append((self.path, body, jwt.decode(token, "s" * 32, algorithms=["HS256"])["video"]))
                self.send_response(404 if body.get("identity") == "gone" else 200)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"ws://127.0.0.1:{server.server_port}", asked
            server.shutdown()

    def test_who_is_removed_loses_the_media_too(self, app, live, asked):
        url, requests = asked
        app.config.update(self.CONFIG | {"LIVEKIT_URL": url})
        room = live.practice()
        guest = live.guest(room)
        operations.remove(guest)
        assert requests == [], "not before it is certain"
        db.session.commit()
        operations.close(room)
        db.session.commit()
        path = "/twirp/livekit.RoomService/"
        assert requests == [
            (f"{path}RemoveParticipant", {"room": room.id, "identity": guest.id}, {"roomAdmin": True, "room": room.id}),
            (f"{path}DeleteRoom", {"room": room.id}, {"roomCreate": True}),
        ]

    def test_who_is_gone_already_is_no_error(self, asked):
        media.dismiss(self.CONFIG | {"LIVEKIT_URL": asked[0]}, "room", "gone")

    def test_a_server_that_is_away_stops_nobody_from_removing(self, app, live, caplog):
        app.config.update(self.CONFIG | {"LIVEKIT_URL": "ws://127.0.0.1:9"})
        guest = live.guest(live.practice())
        operations.remove(guest)
        db.session.commit()
        assert guest.removed_at is not None
        assert "An action after a commit failed" in caplog.text

    def test_without_a_server_nobody_is_asked(self, app, monkeypatch):
        monkeypatch.setattr(media, "urlopen", lambda *_args, **_options: pytest.fail("somebody was asked"))
        media.dismiss(app.config, "room", "member")
        media.end(app.config, "room")


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running(tmp_path_factory.mktemp("coturn")) as port:
        yield port


class TestCoturn:
    def relays(self, port: int, username: str, credential: str) -> bool:
        """Whether coturn's own client, with these credentials, gets bytes through the relay to itself and back."""
        answer = subprocess.run(
            [
                "turnutils_uclient", "-y", "-t", "-n", "2", "-m", "1", "-c", "-u", username, "-w", credential,
                "-p", str(port), "127.0.0.1",
            ],
            capture_output=True,
            text=True,
            timeout=30,
        )  # fmt: skip
        received = [int(number) for number in re.findall(r"tot_recv_msgs=(\d+)", answer.stdout + answer.stderr)]
        return answer.returncode == 0 and bool(received) and received[-1] > 0

    def test_it_takes_what_browsers_are_told_and_nothing_else(self, coturn):
        config = NONE | {"TURN_URLS": [f"turn:127.0.0.1:{coturn}"], "TURN_SECRET": SECRET}
        (server,) = ice.servers(config, "member")
        assert self.relays(coturn, server["username"], server["credential"])
        assert not self.relays(coturn, server["username"], "forged")
        (ended,) = ice.servers(config, "member", at=time.time() - 7200)
        assert not self.relays(coturn, ended["username"], ended["credential"])
