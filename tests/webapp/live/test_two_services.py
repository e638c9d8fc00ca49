"""Two live services behind one address: nginx with the documented settings, two web servers, PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from tests import postgres
from tests.servers import answering, free_port
from tests.webapp import on_servers
from tests.webapp.browsers import Browser
from tests.webapp.live.conftest import MakeLive, Socket
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.live import placement, tokens
from webapp.live.models import LiveService, Room, Track

pytest.importorskip("psycopg", reason="no driver for PostgreSQL (uv sync --extra cluster)")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [pytest.mark.full, pytest.mark.skipif(NGINX is None, reason="no nginx (apt-get install nginx-light)")]


@pytest.fixture(autouse=True)
def database(monkeypatch) -> Iterator[None]:
    """Where the application of the test itself finds its database."""
    with postgres.running() as address:
        monkeypatch.setenv(on_servers.DATABASE, address)
        monkeypatch.setattr(on_servers, "_template", ["template1"])
        yield


class Cluster:
    """Two web servers that know nothing of each other, two live services, and nginx before all of them."""

    def __init__(self, folder: Path, env: dict[str, str], stack: ExitStack) -> None:
        self.folder, self.stack, self.proxy = folder, stack, free_port()
        self.env = env | {"VIVA_LIVE_READERS": "0", "VIVA_LIVE_URL": f"ws://127.0.0.1:{self.proxy}/live/service"}
        self.webs, self.lives = [free_port(), free_port()], {"1": free_port(), "2": free_port()}
        for port in self.webs:
            self.start(f"web-{port}", "-m", "webapp.core.server", "--listen", f"127.0.0.1:{port}")
        self.services = {name: self.serve(name) for name in self.lives}
        self._nginx()
        for port in (*self.webs, *self.lives.values()):
            answering(port)

    def start(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        with (self.folder / name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log,
                env=self.env | {"VIVA_HOME": str(self.folder / f"home-{name}"), **env},
            )  # fmt: skip
        self.stack.callback(process.wait, 20)
        self.stack.callback(process.terminate)
        return process

    def serve(self, name: str) -> subprocess.Popen[bytes]:
        where = {"VIVA_LIVE_NAME": name, "VIVA_LIVE_LISTEN": f"127.0.0.1:{self.lives[name]}"}
        return self.start(f"live-{name}", "-m", "webapp.live.service", **where)

    def _nginx(self) -> None:
        blocks = []
        for page, port, service in (("live.md", 8001, "1"), ("cluster.md", 8002, "2")):
            (block,) = re.findall(
                r"```nginx\n(    location.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL
            )
            blocks.append(block.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self.lives[service]}"))
        folder = self.folder / "nginx"
        folder.mkdir()
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{name}_temp_path {folder}/{name};" for name in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user} daemon off; pid {folder}/pid; events {{}}\nhttp {{ access_log off; {places}\n"
            f"server {{ listen 127.0.0.1:{self.proxy};\n{''.join(blocks)}}}}}\n"
        )
        process = subprocess.Popen([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        self.stack.callback(process.wait, 20)
        self.stack.callback(process.terminate)


@pytest.fixture
def cluster(app, tmp_path: Path) -> Iterator[Cluster]:
    env = {**os.environ, "VIVA_SECRET_KEY": "test", "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        yield Cluster(tmp_path, env | {"VIVA_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}, stack)


class Page:
    """A guest's page of a call: like webapp/static/js/live/reconnecting_socket.js it comes back, ever more rarely."""

    def __init__(self, cluster: Cluster, stack: ExitStack, room: Room, web: int, name: str) -> None:
        self.browser, self.stack, self.url, self.name = Browser(web), stack, f"/live/rooms/{room.id}", name
        self.cluster, self.at = cluster, ""
        self.browser.ask("GET", f"/live/join/{tokens.link_of(room)}")
        assert self.browser.form(self.url, name=name) == 302

    def come(self, seconds: float = 30.0) -> dict:
        """Join, trying as long as that; the welcome."""
        deadline, failures = time.monotonic() + seconds, 0
        while True:
            answer = self.browser.json(f"{self.url}/token", purpose="signal")
            self.at = answer["url"].rpartition("/")[2]
            assert answer["url"] == f"ws://127.0.0.1:{self.cluster.proxy}/live/service/{self.at}"
            try:
                origin = f"http://127.0.0.1:{self.browser.port}"
                opened = self.stack.enter_context(connect(f"{answer['url']}/signal", origin=origin, close_timeout=1))
                self.socket = Socket(opened)
                self.socket.send(type="join", token=answer["token"], page="p")
                return self.socket.next("welcome")
            except (OSError, ConnectionClosed, InvalidHandshake):
                assert time.monotonic() < deadline, f"{self.name} is still outside"
            time.sleep(min(8.0, 0.25 * 2**failures))
            failures += 1


def test_people_of_a_room_meet_in_one_service_and_again_when_it_is_killed(cluster: Cluster, live: MakeLive):
    wanted, rooms = set(cluster.lives), {}
    while len(placement.living()) < 2:
        db.session.rollback()
        time.sleep(0.1)
    while wanted - rooms.keys():
        room = live.practice()
        rooms.setdefault(placement.service_of(room), room)
    with ExitStack() as stack:
        people = {
            name: [Page(cluster, stack, room, web, f"{name}-{web}") for web in cluster.webs]
            for name, room in rooms.items()
        }
        for name, pages in people.items():
            for page in pages:
                page.come()
                assert page.at == name
            assert pages[0].socket.next("peer")["peer"]["name"] == pages[1].name
            pages[1].socket.send(type="chat", text=f"only in {name}")
        for name, pages in people.items():
            assert pages[0].socket.next("chat")["text"] == f"only in {name}"
            assert pages[0].socket.silent("chat")
        for one, other in ((people["1"][0], people["2"][0]), (people["2"][0], people["1"][0])):
            _refuses_the_others_tokens(cluster, one, other.at)

        # What is recorded so far: a row of a track.
        member = next(each for each in rooms["1"].members if each.name == people["1"][0].name)
        db.session.add(Track(member_id=member.id, rows=[[0.0, "happy", 0.9, 0.5]]))
        db.session.commit()

        # One is killed. Its people meet again in the other, whose own notice nothing.
        cluster.services["1"].send_signal(signal.SIGKILL)
        cluster.services["1"].wait()
        began = time.monotonic()
        for page in people["1"]:
            assert page.socket.closing_code() == 1006
        for page in people["1"]:
            welcome = page.come()
            assert page.at == "2"
        print(f"met again after {time.monotonic() - began:.1f} s")
        assert [peer["name"] for peer in welcome["peers"]] == [people["1"][0].name]
        people["1"][1].socket.send(type="chat", text="here again")
        assert people["1"][0].socket.next("chat")["text"] == "here again"
        people["2"][1].socket.send(type="chat", text="undisturbed")
        assert people["2"][0].socket.next("chat")["text"] == "undisturbed"
        db.session.expire_all()
        assert db.session.get(Track, member.id).rows == [[0.0, "happy", 0.9, 0.5]]

        # It comes back: who talks stays together. The other is asked to stop, and its rooms move at once.
        cluster.services["1"] = cluster.serve("1")
        answering(cluster.lives["1"], 60)
        deadline = time.monotonic() + 20
        while placement.living() != ["1", "2"] and time.monotonic() < deadline:
            db.session.rollback()
            time.sleep(0.1)
        late = Page(cluster, stack, rooms["1"], cluster.webs[0], "late")
        assert len(late.come()["peers"]) == 2 and late.at == "2"
        cluster.services["2"].terminate()
        began = time.monotonic()
        for page in (*people["1"], *people["2"]):
            assert page.socket.closing_code() == 1012
        for page in (*people["1"], *people["2"]):
            page.come()
            assert page.at == "1"
        assert time.monotonic() - began < placement.LEASE
    cluster.services["2"].wait(20)
    assert db.session.scalars(sa.select(LiveService.name)).all() == ["1"]
    for log in cluster.folder.glob("live-*"):
        assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


def _refuses_the_others_tokens(cluster: Cluster, page: Page, elsewhere: str) -> None:
    answer = page.browser.json(f"{page.url}/token", purpose="signal")
    origin = f"http://127.0.0.1:{page.browser.port}"
    with connect(f"ws://127.0.0.1:{cluster.proxy}/live/service/{elsewhere}/signal", origin=origin) as opened:
        opened.send(json.dumps({"type": "join", "token": answer["token"], "page": "p"}))
        assert Socket(opened).closing_code() == 4401
