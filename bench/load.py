"""How much a Viva carries: five hundred uploads at once, pages of a hundred thousand interviews in PostgreSQL, and what
an interview costs, with a model of what a million a day would take.

``--part`` runs one of them alone. What each measures is in bench/load_uploads.py, bench/load_pages.py and
bench/load_costs.py; the rows are made by bench/load_data.py and bench/load_copies.py, the model is
bench/load_simulation.py.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import (
    chaos_servers,
    load_copies,
    load_costs,
    load_data,
    load_pages,
    load_simulation,
    load_uploads,
    serving,
)
from bench.measuring import BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

PARTS = ("uploads", "pages", "costs")
CANDIDATES = 500
#: Milliseconds of a page, its statements, and the seconds in which the rows are copied, at most.
P95, QUERIES, FILLED = 200.0, 15, 180.0


def measure(interviews: int = 100_000, part: str = "") -> dict[str, Any]:
    """Counts and times of one run; ``part``: one of PARTS alone, for whoever works on it. ``missed`` lists what is over
    its bound. Without all parts it is not ``complete``."""
    if part and part not in PARTS:
        raise BenchFailed(f"There is no part {part!r}, but {', '.join(PARTS)}.")
    began = time.monotonic()
    result: dict[str, Any] = {"complete": not part}
    missed: list[str] = []
    if part in ("", "uploads"):
        result["uploads"] = load_uploads.run_uploads(CANDIDATES)
        missed += [f"uploads.{name}" for name in ("lost", "failed") if result["uploads"][name]]
    if part in ("", "pages"):
        found = _pages(interviews)
        result |= found
        missed += _missed(found)
    if part in ("", "costs"):
        found = _costs()
        result |= found
        missed += [] if found["simulation"]["checked"]["believed"] else ["simulation.off"]
    return result | {"seconds": round(time.monotonic() - began, 1), "missed": missed}


def _pages(interviews: int) -> dict[str, Any]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viva-load-")))
        folder.chmod(0o755)
        server = stack.enter_context(chaos_servers.postgresql(folder / "postgresql"))
        setting = load_data.prepare(folder / "home", server.address)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # migrations configure logging anew
        serving.say(f"Copying {interviews} interviews")
        filled = load_copies.fill(server.address, setting, interviews)
        server.stop()
        load_pages.forget(server.folder / "data")
        server.start()
        asked = load_pages.ask(folder, setting, filled, server.address)
    found = load_pages.summary(asked)
    found["inbox"]["n"] = filled.interviews
    found["queries_per_page"] = max(found[kind]["queries"] for kind in load_pages.KINDS)
    found["filled"] = {"seconds": round(filled.seconds, 1), "bytes": filled.bytes}
    found["errors"] = asked.errors[:10]
    return found


def _costs() -> dict[str, Any]:
    crowds, idle = load_costs.run()
    grown = load_simulation.growth(crowds)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    checked = load_simulation.check(crowds, cores, idle)
    return {
        "cpu_seconds_per_minute": round(sum(line["per_minute"] for line in grown["cpu_seconds"].values()), 2),
        "cpu_seconds_per_interview": round(sum(line["fixed"] for line in grown["cpu_seconds"].values()), 2),
        "idle_cores": round(idle, 3),
        "costs": grown | {"crowds": [crowd.summary() for crowd in crowds]},
        "simulation": {
            "checked": checked,
            "days": [load_simulation.day(number, grown) for number in load_simulation.DAYS],
        },
    }


def _missed(found: dict[str, Any]) -> list[str]:
    over = [f"{kind}.p95_ms" for kind in load_pages.KINDS if not (found[kind]["p95_ms"] or P95) < P95]
    over += ["queries_per_page"] if found["queries_per_page"] > QUERIES else []
    over += ["filled.seconds"] if found["filled"]["seconds"] > FILLED else []
    return over + (["errors"] if found["errors"] else [])


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    body = [
        (f"{name}.{key}", str(each))
        for name, value in found.items()
        for key, each in (value.items() if isinstance(value, dict) else [("", value)])
    ]
    return rows(("what", "measured"), [(name.rstrip("."), value) for name, value in body]) + "\n"
