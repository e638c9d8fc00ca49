"""Eight people who ask for pages of a hundred thousand interviews, one after the other and each with a moment to read,
through the server as it serves. The database and its files are cold when they begin."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import numpy as np

from bench import chaos_servers, review_data, serving
from bench.fault_candidates import Browser, Failed
from bench.load_copies import Filled
from bench.load_data import ADMINS, PEOPLE, POSITIONS, TEAMS, Setting, email
from bench.measuring import ROOT

#: Seconds for which they ask, and that each looks at a page, on average.
ASKED, READ = 75.0, 1.0
#: A page's time is until its last byte (ms), its queries those of the server (bench/load_program.py).
KINDS = ("inbox", "search", "report", "queue")
#: What of the list of interviews is asked for.
LISTS = (
    "", "page=2", "page=40", "page=400", "page=3900", "status=ready", "status=invited", "status=expired",
    "stage=to_review", "waits=me", "outcome=advance",
)  # fmt: skip


@dataclass
class Asked:
    """What one or all of them met: kind → milliseconds, statements, and what was no page."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    queries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    cold: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, path: str, took: float, queries: int) -> None:
        """One page."""
        with self.lock:
            self.times[kind].append(took)
            self.cold.setdefault(kind, took)
            self.queries[kind] = max(self.queries[kind], queries)
            self.slowest[kind] = max(self.slowest.get(kind, (0.0, "")), (took, path))


def forget(folder: Path) -> None:
    """Have the system forget what it keeps of the files in ``folder``, which nobody has open."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def ask(folder: Path, setting: Setting, filled: Filled, database: str, seconds: float = ASKED) -> Asked:
    """Start the server at ``database``, have everybody sign in and ask for so many seconds."""
    port = chaos_servers.free_port()
    env = {key: value for key, value in os.environ.items() if not key.startswith("VIVA_")}
    env |= {"VIVA_HOME": str(folder / "home"), "VIVA_DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.load_program", "--listen", f"127.0.0.1:{port}"]
    found = Asked()
    with serving.running(command, port, folder / "server.log", env=env):
        _until_ready(Browser(port))
        people = [Browser(port) for _ in range(PEOPLE)]
        for number, person in enumerate(people):
            person.ask("GET", "/sign-in")
            person.post("/sign-in", email=email(number), password=review_data.PASSWORD)
        serving.say(f"{PEOPLE} people ask for {seconds:.0f} s")
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_ask, args=(person, number, setting, filled, until, found), daemon=True)
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return found


def _until_ready(anybody: Browser) -> None:
    """A load balancer gives a server no requests before that. Raises Failed after a minute."""
    deadline = time.monotonic() + 60
    while True:
        try:
            anybody.ask("GET", "/readyz")
        except Failed:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _ask(person: Browser, number: int, setting: Setting, filled: Filled, until: float, found: Asked) -> None:
    chance = np.random.default_rng(number)
    for kind, path in _paths(number, setting, filled, chance):
        if time.monotonic() >= until:
            return
        try:
            _one(person, kind, path, found)
        except Failed as failure:
            with found.lock:
                found.errors.append(f"{kind}: {failure}")
        time.sleep(chance.exponential(READ))


def _one(person: Browser, kind: str, path: str, found: Asked) -> None:
    began = time.perf_counter()
    _status, headers, _body = person.ask("GET", path)
    found.note(kind, path, 1000 * (time.perf_counter() - began), int(headers.get("x-queries", 0)))
    if kind == "queue" and (there := urlsplit(headers.get("location", "")).path):
        _one(person, "queue", there, found)


def _paths(
    number: int, setting: Setting, filled: Filled, chance: np.random.Generator
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """What one person looks at: each kind in turn, from where they happen to begin."""
    mine = [each for each in range(POSITIONS) if number < ADMINS or _is_mine(each % TEAMS, number - ADMINS)]
    reports = [key for at, key in enumerate(filled.rich, filled.first_rich) if at % POSITIONS in mine]
    turn = number
    while True:
        kind = KINDS[turn % len(KINDS)]
        turn += 1
        if kind == "inbox":
            query = LISTS[int(chance.integers(len(LISTS)))]
            if chance.random() < 0.2:
                query = urlencode({"position": setting.positions[mine[int(chance.integers(len(mine)))]]})
            yield kind, f"/interviews?{query}"
        elif kind == "search":
            text = review_data.QUERIES[int(chance.integers(len(review_data.QUERIES)))]
            yield kind, f"/search?q={quote(text)}"
        elif kind == "report":
            yield kind, f"/reports/{reports[int(chance.integers(len(reports)))]}"
        else:
            yield kind, "/reviews/next"


def _is_mine(team: int, member: int) -> bool:
    return team in (member % TEAMS, (member + 1) % TEAMS)


def summary(found: Asked) -> dict[str, Any]:
    """Per kind the 95th percentile and what else was measured; an error is no page."""
    result: dict[str, Any] = {}
    for kind in KINDS:
        times = sorted(found.times[kind])
        result[kind] = {
            "p95_ms": round(times[math.ceil(0.95 * len(times)) - 1], 1) if times else None,
            "median_ms": round(times[len(times) // 2], 1) if times else None,
            "cold_ms": round(found.cold[kind], 1) if times else None,
            "slowest": found.slowest.get(kind, (None, None))[1],
            "requests": len(times),
            "queries": found.queries[kind],
        }
    return result
