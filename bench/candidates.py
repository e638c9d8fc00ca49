"""A thousand interviews of three questions, with two thousand things going wrong, and nothing of them lost.

``./viva up`` as people start it, on a data folder and a port of its own; candidates are programs that speak the page's
protocol (bench/candidate_client.py), and the first ones real browsers (bench/candidate_browsers.py). Meanwhile
processes of Viva are killed and its disk is full now and then (bench/candidate_killer.py). Candidates agree to being
recorded and to nothing else, so that no analysis runs: this is about what they handed in. At the end what the ledger
says was confirmed is compared with what is in the database and in storage, by checksum.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
import tempfile
import time
from collections import Counter
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

#: Candidates at once, and seconds that unfinished work gets at the end.
AT_ONCE, SETTLED = 40, 180.0


def measure(interviews: int = 1000, browsers: int = 20, seed: int = 20261202) -> dict[str, Any]:
    """Counts of one run. ``lost``: confirmed, and not there at the end. ``doubled``: there twice. ``stuck``: neither
    done nor refused at the end."""
    began = time.monotonic()
    ledger = Ledger()
    with tempfile.TemporaryDirectory(prefix="viva-candidates-") as name, candidate_killer.disk(Path(name)) as full:
        folder = Path(name)
        clips = [path.read_bytes() for path in _clips(folder)]
        kinds = ("video", "video", "text")
        links, questions = invited.prepare(folder / "home", interviews, kinds)
        with serving.viva(folder) as port, candidate_killer.killing(port, folder / "home", ledger, full, seed):

            def one(number: int) -> str | None:
                person = Candidate(port, ledger, np.random.default_rng(seed * 10_000 + number))
                return person.whole_way(links[number], questions, [_own(clip, number) for clip in clips])

            serving.say(f"{interviews} candidates, {AT_ONCE} at once, {browsers} of them in Chromium")
            with ThreadPoolExecutor(AT_ONCE + 1) as people:
                watched = people.submit(candidate_browsers.play, port, links[:browsers], ledger, seed)
                outcomes = list(people.map(one, range(browsers, interviews)))
                outcomes += watched.result()
            stuck = _settle(folder / "home" / "viva.db")
        found = _compare(folder / "home", ledger)
    result = {
        "interviews": interviews,
        "submitted": found.pop("submitted"),
        **found,
        "stuck": stuck,
        "faults": sum(ledger.faults.values()),
        "faults_by_kind": dict(ledger.faults.most_common()),
        "errors": dict(ledger.errors.most_common(10)),
        "what": dict(Counter(each for each in outcomes if each is not None).most_common(10)),
        "recordings": len(ledger.recordings),
        "browsers": browsers,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
    }
    result["missed"] = _missed(result)
    return result


def _missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold, each in words."""
    bounds = {
        "every interview submitted": result["submitted"] == result["interviews"],
        "lost 0": result["lost"] == 0,
        "doubled 0": result["doubled"] == 0,
        "stuck 0": result["stuck"] == 0,
        "errors 0": not result["errors"],
        "two faults an interview": result["faults"] >= 2 * result["interviews"],
    }
    return [name for name, holds in bounds.items() if not holds]


def _clips(folder: Path) -> list[Path]:
    """Two short answers of our own synthetic candidate."""
    return [
        synthetic.talking_face(folder / f"{key}.mp4", synthetic.ANSWERS[key], 3, seed=number)
        for number, key in enumerate(("project", "conflict"))
    ]


def _own(clip: bytes, number: int) -> bytes:
    """The clip with a box that players skip and that is this candidate's alone: no two files have one checksum."""
    mark = f"{number:032d}".encode()
    return clip + struct.pack(">I4s", 8 + len(mark), b"free") + mark


def _settle(database: Path) -> int:
    """Recordings, messages and interviews that are neither done nor refused, three minutes after the last candidate."""
    deadline = time.monotonic() + SETTLED
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
