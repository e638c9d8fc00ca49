"""What two hundred candidates at once, slow clients and hostile media do to the real server on SQLite.

A data folder and ports of its own, ``./viva up`` as people start it, and nothing left behind.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench import fault_candidates, fault_clients, fault_media, invited, serving
from bench.measuring import ROOT, BenchFailed, rows
from ml.media import synthetic

__all__ = ["BenchFailed", "measure", "table"]


def measure(candidates: int = 200, at_once: int = 50, slow: int = 500, seconds: float = 30.0) -> dict[str, Any]:
    """Counts and times of one run; what could not be measured is None, and ``complete`` is then False.

    :param slow: clients of each of three kinds, held for ``seconds``.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="viva-faults-") as name:
        folder = Path(name)
        media = _answers(folder)
        links, questions = invited.prepare(folder / "home", candidates)
        with fault_clients.many_files(), serving.viva(folder) as port:
            serving.say(f"{candidates} candidates, {at_once} at once")
            outcomes = fault_candidates.crowd(port, links, questions, media, at_once)
            serving.say(f"{3 * slow} slow clients for {seconds:.0f} s")
            held, worst = fault_clients.hold(port, slow, seconds, _largest_static())
        hostile = folder / "hostile"
        hostile.mkdir()
        refused, peak = fault_media.peak_of(fault_media.make(hostile), serving.say)
    errors = Counter(outcome for outcome in outcomes if outcome is not None)
    result = {
        "candidates": len(outcomes),
        "candidates_asked": candidates,
        "submitted": outcomes.count(None),
        "errors": sum(errors.values()),
        "what": dict(errors.most_common(10)),
        "slow_clients": held,
        "slow_clients_asked": slow,
        f"healthz_ms_under_{slow}_slow_clients": worst if worst is None else round(worst, 1),
        "hostile_files": 10,
        "hostile_files_refused": refused,
        "peak_mb_on_hostile_media": peak if peak is None else round(peak, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    result["complete"] = None not in result.values() and set(held.values()) == {slow}
    result["missed"] = _missed(result, candidates, slow)
    return result


def _missed(result: dict[str, Any], candidates: int, slow: int) -> list[str]:
    """The bounds that do not hold, each in words."""
    bounds = {
        f"submitted {candidates}": result["submitted"] == candidates,
        "errors 0": result["errors"] == 0,
        "healthz below 1000 ms": (result[f"healthz_ms_under_{slow}_slow_clients"] or math.inf) < 1000,
        "at most 400 MB on hostile media": (result["peak_mb_on_hostile_media"] or math.inf) <= 400,
    }
    return [name for name, holds in bounds.items() if not holds]


def _answers(folder: Path) -> list[bytes]:
    """Two short answers of our own synthetic candidate."""
    found = []
    for number, key in enumerate(("project", "conflict")):
        path = synthetic.talking_face(folder / f"{key}.mp4", synthetic.ANSWERS[key], 4, seed=number)
        found.append(path.read_bytes())
    return found


def _largest_static() -> str:
    """A file that anybody may fetch and that is larger than what the kernel keeps for a connection."""
    folder = ROOT / "webapp" / "static"
    files = [path for path in (folder / "dist").rglob("*") if path.is_file()]
    return "/static/" + max(files, key=lambda path: path.stat().st_size).relative_to(folder).as_posix()


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
