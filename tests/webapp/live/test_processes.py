"""The real processes: two web workers and the live service, killed and started again in mid-call."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.servers import answering, free_port
from tests.webapp.browsers import Browser
from tests.webapp.conftest import PASSWORD
from tests.webapp.live.conftest import MakeLive, Socket
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.settings import ROOT
from webapp.live import tokens
from webapp.live.models import Room


class Processes:
    """A web server and a live service on the test's data folder."""

    def __init__(self, home: Path, logs: Path) -> None:
        self.web_port, self.live_port, self.logs = free_port(), free_port(), logs
        self.env = dict(os.environ, VIVA_HOME=str(home), VIVA_SECRET_KEY="test", VIVA_LIVE_READERS="0")
        self.env |= {"VIVA_LIVE_LISTEN": f"127.0.0.1:{self.live_port}", "PYTHONPATH": str(ROOT)}
        self.web = self.start_web()
        self.live = self.start("live", "webapp.live.service")

    def start(self, name: str, *module: str) -> subprocess.Popen[bytes]:
        with (self.logs / name).open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def start_web(self) -> subprocess.Popen[bytes]:
        return self.start("web", "webapp.core.server", "--listen", f"127.0.0.1:{self.web_port}")

    def restart_web(self) -> None:
        self.web.terminate()
        self.web.wait(20)
        self.web = self.start_web()

    def restart_live(self) -> None:
        self.live.send_signal(signal.SIGKILL)
        self.live.wait()
        self.live = self.start("live", "webapp.live.service")
        answering(self.live_port)

    def stop(self) -> None:
        for process in (self.web, self.live):
            process.terminate()
        for process in (self.web, self.live):
            process.wait(20)


@pytest.fixture
def running(app, tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(app.config["HOME"], tmp_path)
    try:
        answering(processes.web_port)
        answering(processes.live_port)
        yield processes
    finally:
        processes.stop()


@pytest.fixture
def two(running: Processes, make, live: MakeLive) -> tuple[Room, Browser, Browser]:
    """A host and a guest, each with a browser that has entered a practice room."""
    owner = make.user(Role.CANDIDATE)
    room = live.practice(owner)
    host, guest = Browser(running.web_port), Browser(running.web_port)
    assert host.form("/sign-in", email=owner.email, password=PASSWORD) == 302
    guest.ask("GET", f"/live/join/{tokens.link_of(room)}")
    assert guest.form(f"/live/rooms/{room.id}", name="Guest") == 302
    host.ask("GET", f"/live/rooms/{room.id}/manage")
    return room, host, guest


@pytest.mark.full
def test_a_call_outlives_the_processes_around_it(running: Processes, two, tmp_path: Path):
    room, host, guest = two
    url = f"/live/rooms/{room.id}"

    def join(browser: Browser) -> Socket:
        answer = browser.json(f"{url}/token", purpose="signal")
        assert answer["url"] == f"ws://127.0.0.1:{running.live_port}"
        origin = f"http://127.0.0.1:{running.web_port}"
        opened = stack.enter_context(connect(f"{answer['url']}/signal", origin=origin, close_timeout=1))
        socket = Socket(opened)
        socket.send(type="join", token=answer["token"], page="p")
        socket.welcome = socket.next("welcome", 10)
        return socket

    with ExitStack() as stack:
        # Many tokens, and each counts.
        first, second = join(host), join(guest)
        for _ in range(6):
            second = join(guest)
        assert [peer["name"] for peer in second.welcome["peers"]] == [room.owner.name]

        # A withdrawal noted by the web server reaches the live service within a second.
        for wanted in (True, False):
            assert guest.json(f"{url}/consent", reading=wanted) == {"reading": wanted}
            began = time.monotonic()
            assert second.next("consent", 5)["reading"] is wanted
            assert time.monotonic() - began < 2  # within one second at the service (test_consents.py), and the way here

        # The live service is killed: browsers come back by new tokens and find each other.
        running.restart_live()
        assert first.closing_code() == 1006
        first, second = join(host), join(guest)
        assert [peer["name"] for peer in second.welcome["peers"]] == [room.owner.name]

        # The web server goes and comes: nothing happens to whoever is connected, and new tokens are to be had.
        running.restart_web()
        second.send(type="chat", text="still here?")
        assert first.next("chat")["text"] == "still here?"
        answering(running.web_port)
        assert join(guest).welcome
        guest.json(f"{url}/consent", reading=True)
        db.session.expire_all()
        assert next(member for member in room.members if member.name == "Guest").reading
    said = (tmp_path / "live").read_text()
    assert "Traceback" not in said, said
