"""How long people wait at the server's front while others play recordings, upload and sign in, all at once.

``./viva bench front`` starts a Viva of its own as people do (see `bench.faults`), and leaves nothing behind. Beside it,
in the same run and on the same data, stands the same application behind a server that gives each connection a thread
(Werkzeug's): what a front that also survives slow clients may not cost those who are quick.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import fault_candidates, fault_clients, faults, invited, serving
from bench.fault_candidates import OCTETS, Browser, Failed
from bench.measuring import ROOT, BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

#: What a player asks for at a time, and a recorder sends (bytes); each so often (s).
RANGE, PART, EVERY = 256 * 1024, 128 * 1024, 0.5
PASSWORD = secrets.token_urlsafe(24)
#: A percentile may be so many times the baseline's.
LONGEST = 1.1
KINDS = ("range", "part", "sign_in", "healthz")


#: The same application behind a thread for each connection.
THREADS = (
    "import sys\nfrom pathlib import Path\nfrom werkzeug.serving import run_simple\nfrom webapp import create_app\n"
    "run_simple('127.0.0.1', int(sys.argv[1]), create_app({'HOME': Path(sys.argv[2])}), threaded=True)\n"
)


def measure(players: int = 20, uploads: int = 20, seconds: float = 30.0) -> dict[str, Any]:
    """The 95th percentile (ms) of each kind of request with so many at once for so long, how many there were, and each
    percentile's ratio to the baseline's."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="viva-front-") as name:
        folder = Path(name)
        media = faults._answers(folder)
        links, questions = invited.prepare(folder / "home", uploads + 1)
        _person(folder / "home")
        with serving.viva(folder) as port:
            first = Browser(port)
            played = _ready(first, links[0], questions[0], media[0])
            people = _People(first, played, len(media[0]), [_begun(port, link, questions[0]) for link in links[1:]])
            result = people.load(players, seconds)
        threads = [sys.executable, "-P", "-c", THREADS, str(port), str(folder / "home")]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with serving.running(threads, port, folder / "threads.log", env=env, name="The baseline"):
            baseline = people.load(players, seconds)
    result |= {f"threads_{key}": baseline[key] for key in (*(f"{kind}_p95_ms" for kind in KINDS), "errors")}
    result |= {
        f"{kind}_ratio": round(result[f"{kind}_p95_ms"] / baseline[f"{kind}_p95_ms"], 3)
        for kind in KINDS
        if result[f"{kind}_p95_ms"] and baseline[f"{kind}_p95_ms"]
    }
    result["missed"] = [kind for kind in KINDS if result.get(f"{kind}_ratio", LONGEST + 1) > LONGEST]
    result["complete"] = result["complete"] and not result["missed"]
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


@dataclass
class _People:
    """Who asks: a browser that plays a recording of so many bytes, and recorders."""

    first: Browser
    played: str
    size: int
    recorders: list[tuple[Browser, list[Any]]]

    def load(self, players: int, seconds: float) -> dict[str, Any]:
        """All at once for so long."""
        port = self.first.port
        took: dict[str, list[float]] = {kind: [] for kind in KINDS}
        errors: list[str] = []
        serving.say(f"{players} players, {len(self.recorders)} uploads and sign-ins for {seconds:.0f} s")
        end = time.monotonic() + seconds
        work = [lambda: _play(self.first, self.played, self.size)] * players
        work += [lambda recorder=recorder: _send(*recorder) for recorder in self.recorders]
        kinds = ["range"] * players + ["part"] * len(self.recorders) + ["sign_in", "healthz"]
        with ThreadPoolExecutor(len(kinds)) as people:
            for kind, act in zip(kinds, [*work, lambda: _sign_in(port), lambda: _monitor(port)], strict=True):
                people.submit(_again, act, took[kind], errors, end)
        result: dict[str, Any] = {f"{kind}_p95_ms": _p95(took[kind]) for kind in KINDS}
        result |= {f"{kind}s": len(took[kind]) for kind in KINDS}
        result |= {"errors": len(errors), "first_error": errors[0] if errors else ""}
        return result | {"load": round(os.getloadavg()[0], 1), "complete": all(took.values()) and not errors}


def _p95(values: list[float]) -> float | None:
    return round(float(np.percentile(values, 95)), 1) if values else None


def _again(act: Callable[[], object], took: list[float], errors: list[str], end: float) -> None:
    """Do it every EVERY seconds until ``end``, and note how long it took (ms)."""
    lock = threading.Lock()
    while time.monotonic() < end:
        began = time.perf_counter()
        try:
            act()
        except Failed as error:
            errors.append(str(error))
        spent = time.perf_counter() - began
        with lock:
            took.append(1000 * spent)
        time.sleep(max(0.0, EVERY - spent))


def _play(browser: Browser, recording: str, size: int) -> None:
    start = int(np.random.default_rng().integers(0, max(1, size - RANGE)))
    headers = {"Range": f"bytes={start}-{start + RANGE - 1}"}
    Browser(browser.port, dict(browser.cookies)).ask("GET", f"/recordings/{recording}/media", **headers)


def _send(browser: Browser, place: list[Any]) -> None:
    """The next part of an upload whose address and offset are ``place``."""
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(place[1]), "Content-Type": OCTETS}
    browser.ask("PATCH", place[0], bytes(PART), **headers)
    place[1] += PART


def _sign_in(port: int) -> None:
    browser = Browser(port)
    browser.ask("GET", "/sign-in")
    if "sign-in" in browser.post("/sign-in", email="ada.front@viva.example", password=PASSWORD):
        raise Failed("a sign-in was refused")


def _monitor(port: int) -> None:
    if fault_clients.ask(port) is None:
        raise Failed("/healthz did not answer")


def _enter(browser: Browser, link: str) -> str:
    browser.ask("GET", link)
    welcome = browser.post(link)
    browser.ask("GET", f"{welcome}/consent")
    browser.post(f"{welcome}/consent", recording="yes")
    browser.ask("GET", f"{welcome}/questions/1")
    return welcome.rsplit("/", 1)[1]


def _ready(browser: Browser, link: str, question: str, data: bytes) -> str:
    """A recording that can be played, of a candidate of its own."""
    recording = fault_candidates._record(browser, _enter(browser, link), 1, question, data)
    fault_candidates._wait(browser, recording)
    return recording


def _begun(port: int, link: str, question: str) -> tuple[Browser, list[Any]]:
    browser = Browser(port)
    interview = _enter(browser, link)
    metadata = fault_candidates.metadata_of(interview=interview, question=question, filetype="video/webm")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Metadata": metadata, "Upload-Defer-Length": "1"}
    return browser, [browser.ask("POST", "/recordings/uploads", **headers)[1]["location"], 0]


def _person(home: Path) -> None:
    from webapp import create_app
    from webapp.accounts.models import Role, User
    from webapp.accounts.operations import enrol, first_organisation
    from webapp.core.database import db

    with create_app({"HOME": home}).app_context():
        person = User(role=Role.RECRUITER, name="Ada Front", email="ada.front@viva.example")
        person.organisation_id = first_organisation().id
        person.set_password(PASSWORD)
        enrol(person)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
