"""A thousand interviews of three questions, with two thousand things going wrong, and nothing of them lost.

``./viva up`` as people start it, on a data folder and a port of its own; candidates are programs that speak the page's
protocol (bench/candidate_client.py), and the first ones real browsers (bench/candidate_browsers.py). Meanwhile
processes of Viva are killed and its disk is full now and then (bench/candidate_killer.py). Candidates agree to being
recorded and to nothing else, so that no analysis runs: this is about what they handed in. At the end what the ledger
says was confirmed is compared with what is in the database and in storage, by checksum.

It ends by itself: where the time it was given is used up, or SIGINT or SIGTERM asks it to stop, nobody goes on, and it
says what there is. What an earlier run that was killed outright left behind is taken away by the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sqlite3
import struct
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from bench import candidate_browsers, candidate_killer, invited, serving
from bench.candidate_client import Candidate, Ledger
from bench.measuring import BenchFailed, rows
from ml.media import synthetic

__all__ = ["BenchFailed", "measure", "table"]

#: Candidates at once, browsers at once, and seconds that unfinished work gets at the end.
AT_ONCE, BROWSERS_AT_ONCE, SETTLED = 40, 2, 240.0
#: Seconds between two lines about how far it is.
SAID = 60.0


def measure(
    interviews: int = 1000, browsers: int = 20, seed: int = 20261202, limit: int = 5400, pause: float = 10.0
) -> dict[str, Any]:
    """Counts of one run. ``lost``: confirmed, and not there at the end. ``doubled``: there twice. ``stuck``: neither
    done nor refused at the end. ``limit``: seconds after which no candidate goes on; ``pause``: seconds on average
    between two faults of the server."""
    began = time.monotonic()
    browsers = min(browsers, interviews)
    ledger = Ledger(until=began + limit)
    candidate_killer.sweep()
    name = f"{candidate_killer.PREFIX}{os.getpid()}-"
    with (
        tempfile.TemporaryDirectory(prefix=name, ignore_cleanup_errors=True) as at,
        candidate_killer.disk(Path(at)) as full,
        _asked_to_stop(ledger),
    ):
        folder = Path(at)
        links, questions = invited.prepare(folder / "home", interviews, ("video", "video", "text"))
        with serving.viva(folder) as port:
            serving.say(f"{interviews} candidates, {AT_ONCE} at once, {browsers} of them in Chromium")
            with (
                _telling(folder / "home" / "viva.db", ledger, began),
                candidate_killer.killing(folder / "home", ledger, full, seed, pause),
            ):
                outcomes, in_chromium = _play(folder, port, ledger, links, questions, browsers, seed)
            serving.say("What is unfinished gets its time")
            stuck = _settle(folder / "home" / "viva.db", ledger)
        found = _compare(folder / "home", ledger)
    outcomes += in_chromium
    result = {
        "interviews": interviews,
        "begun": ledger.begun,
        "submitted": found.pop("submitted"),
        **found,
        "stuck": stuck,
        "faults": sum(ledger.faults.values()),
        "faults_by_kind": dict(ledger.faults.most_common()),
        "errors": dict(ledger.errors.most_common(10)),
        "what": dict(Counter(each for each in outcomes if each is not None).most_common(10)),
        "recordings": len(ledger.recordings),
        "browsers": browsers,
        "browsers_submitted": in_chromium.count(None),
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "complete": not ledger.is_over,
    }
    result["missed"] = _missed(result)
    return result


def _play(
    folder: Path, port: int, ledger: Ledger, links: list[str], questions: list[str], browsers: int, seed: int
) -> tuple[list[str | None], list[str | None]]:
    """All candidates, the first ones in Chromium; what came of the programs and of the browsers: None, or what went
    wrong."""
    clips = [path.read_bytes() for path in _clips(folder)]

    def one(number: int) -> str | None:
        person = Candidate(port, ledger, np.random.default_rng([seed, 1, number]))
        return person.whole_way(links[number], questions, [_own(clip, number) for clip in clips])

    with ThreadPoolExecutor(AT_ONCE + BROWSERS_AT_ONCE) as people:
        watched = [
            people.submit(candidate_browsers.play, port, links[n:browsers:BROWSERS_AT_ONCE], ledger, seed + n)
            for n in range(BROWSERS_AT_ONCE)
        ]
        outcomes = list(people.map(one, range(browsers, len(links))))
        return outcomes, [outcome for each in watched for outcome in each.result()]


@contextlib.contextmanager
def _asked_to_stop(ledger: Ledger) -> Iterator[None]:
    """SIGINT and SIGTERM end it as the clock does; a second one as Ctrl-C does anywhere."""

    def stop(number: int, _frame: object) -> None:
        if ledger.is_over:
            raise KeyboardInterrupt
        serving.say(f"{signal.Signals(number).name}: everybody stops")
        ledger.until = 0.0

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _telling(database: Path, ledger: Ledger, began: float) -> Iterator[None]:
    """Say now and then how far it is."""
    stop = threading.Event()

    def tell() -> None:
        while not stop.wait(SAID):
            with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=5)) as connection:
                done = connection.execute("select count(*) from interviews where state = 'submitted'").fetchone()[0]
                faults = sum(ledger.faults.values())
                serving.say(
                    f"{time.monotonic() - began:.0f} s: {ledger.begun} begun, {done} submitted, {faults} faults"
                )

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def _missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold, each in words."""
    bounds = {
        "every interview submitted": result["submitted"] == result["interviews"],
        "lost 0": result["lost"] == 0,
        "doubled 0": result["doubled"] == 0,
        "stuck 0": result["stuck"] == 0,
        "errors 0": not result["errors"],
        "every browser submitted": result["browsers_submitted"] == result["browsers"],
        "two faults an interview": result["faults"] >= 2 * result["interviews"],
    }
    return [name for name, holds in bounds.items() if not holds]


def _clips(folder: Path) -> list[Path]:
    """Two short answers of our own synthetic candidate."""
    return [
        synthetic.talking_face(folder / f"{key}.mp4", synthetic.ANSWERS[key], 2, seed=number)
        for number, key in enumerate(("project", "conflict"))
    ]


def _own(clip: bytes, number: int) -> bytes:
    """The clip with a box that players skip and that is this candidate's alone: no two files have one checksum."""
    mark = f"{number:032d}".encode()
    return clip + struct.pack(">I4s", 8 + len(mark), b"free") + mark


def _settle(database: Path, ledger: Ledger) -> int:
    """Recordings, messages and reports that are neither done nor refused four minutes after the last candidate."""
    deadline = time.monotonic() + (SETTLED if ledger.until else 0.0)
    while (left := _unfinished(database)) and time.monotonic() < deadline:
        time.sleep(3.0)
    return left


def _unfinished(database: Path) -> int:
    queries = (
        "select count(*) from recordings where state = 'verifying' or (state = 'receiving' and received = length)",
        "select count(*) from messages where state = 'sending'",
        "select count(*) from reports where state in ('waiting', 'building')",
    )
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        names = {row[1] for row in connection.execute("pragma table_info(reports)")}
        return sum(
            connection.execute(query).fetchone()[0] for query in queries if "reports" not in query or "state" in names
        )


def _compare(home: Path, ledger: Ledger) -> dict[str, int]:
    """What the ledger says against what is there."""
    lost = doubled = 0
    with closing(sqlite3.connect(home / "viva.db", timeout=30)) as connection:
        ask = connection.execute
        for recording, checksum in ledger.recordings.items():
            row = ask("select state, original_key from recordings where id = ?", [recording]).fetchone()
            path = home / "recordings" / row[1] if row and row[1] else None
            there = path is not None and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == checksum
            lost += not (there and row[0] == "ready")
        for interview, text in ledger.texts.items():
            rows_ = ask("select text from answers where interview_id = ? and text is not null", [interview]).fetchall()
            lost += not any((each[0] or "").strip() == text.strip() for each in rows_)
        submitted = {row[0] for row in ask("select id from interviews where state = 'submitted'")}
        lost += len(ledger.submitted - submitted)
        for query in (
            "select count(*) - count(distinct invitation_id) from interviews",
            "select count(*) from (select 1 from answers group by interview_id, question_id having count(*) > 1)",
            "select count(*) from (select 1 from takes join recordings on take_id = takes.id where state = 'ready'"
            " group by answer_id having count(*) > 1)",
            "select count(*) from (select 1 from interview_events where type = 'submitted' group by interview_id"
            " having count(*) > 1)",
            "select count(*) from (select 1 from messages where kind = 'receipt' group by invitation_id, channel"
            " having count(*) > 1)",
        ):
            doubled += ask(query).fetchone()[0]
    return {"submitted": len(submitted), "lost": lost, "doubled": doubled}


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
