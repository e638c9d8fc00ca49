"""What browsers are told about STUN, TURN and LiveKit, and a real coturn that takes our credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from livekit.api import TokenVerifier, VideoGrants

from tests import livekit
from tests.coturn import SECRET, running
from webapp.core import environment
from webapp.core.database import db
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
        monkeypatch.setenv("VIVA_TURN_URLS", "turn:a:3478?transport=udp, turns:a:5349")
        monkeypatch.setenv("VIVA_TURN_SECRET", "s")
        config = environment.values()
        assert config["TURN_URLS"] == ["turn:a:3478?transport=udp", "turns:a:5349"]


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
    def carrier(self) -> Iterator[livekit.Server]:
        with livekit.running() as server:
            yield server

    def of(self, carrier: livekit.Server) -> dict[str, Any]:
        return NONE | {"LIVEKIT_URL": carrier.url, "LIVEKIT_KEY": livekit.KEY, "LIVEKIT_SECRET": livekit.SECRET}

    def test_livekit_s_own_verifier_takes_the_token(self):
        token = media.livekit_token(self.CONFIG, "room1", "member1", "Kim")
        claims = TokenVerifier("key", "s" * 32, leeway=timedelta(0)).verify(token)
        assert (claims.identity, claims.name) == ("member1", "Kim")
        wanted = VideoGrants(room_join=True, room="room1", can_publish=True, can_subscribe=True, can_publish_data=False)
        assert claims.video == wanted
        for verifier, late in ((TokenVerifier("key", "t" * 32), 0), (TokenVerifier("other", "s" * 32), 0),
                               (TokenVerifier("key", "s" * 32, leeway=timedelta(0)), 61)):  # fmt: skip
            token = media.livekit_token(self.CONFIG, "room1", "member1", "Kim", at=time.time() - late)
            with pytest.raises(jwt.InvalidTokenError):
                verifier.verify(token)

    def test_who_is_removed_loses_the_media_too(self, app, live, carrier):
        """The requests are those of LiveKit's protocol, with no more rights than each needs."""
        app.config.update(self.of(carrier))
        room = live.practice()
        guest = live.guest(room)
        operations.remove(guest)
        assert carrier.asked == [], "not before it is certain"
        db.session.commit()
        operations.close(room)
        db.session.commit()
        (remove, whom, may_remove), (delete, what, may_delete) = carrier.asked
        assert (remove, whom) == ("RemoveParticipant", {"room": room.id, "identity": guest.id})
        assert (delete, what) == ("DeleteRoom", {"room": room.id})
        assert may_remove.video == VideoGrants(room_admin=True, room=room.id)
        assert may_delete.video == VideoGrants(room_create=True)

    def test_who_is_gone_already_is_no_error(self, carrier):
        media.dismiss(self.of(carrier), "room", "gone")

    def test_a_server_with_another_secret_is_heard_of(self, carrier):
        with pytest.raises(OSError, match="401"):
            media.end(self.of(carrier) | {"LIVEKIT_SECRET": "t" * 32}, "room")

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
