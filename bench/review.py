"""The everyday job: ten of ten thousand interviews are reviewed and decided in a real browser, on the real server.

Clicks, keys, pages and milliseconds are counted where a person would feel them; what was decided is read back from the
database.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import review_data, review_play, serving
from bench.measuring import BenchFailed, rows

__all__ = ["BenchFailed", "measure", "table"]

#: What a person's morning may take, at most.
BOUNDS = {
    "clicks": 60, "page_loads": 12, "p95_ms": 300, "search_p95_ms": 300, "first_paint_ms": 1000, "report_screens": 2
}  # fmt: skip


def measure(interviews: int = 10_000, to_review: int = 10) -> dict[str, Any]:
    """Counts and times of one run; what could not be measured is None, and ``complete`` is then False."""
    began = time.monotonic()
    if review_play.find_chromium() is None:
        raise BenchFailed("There is no Chromium. Install it (apt-get install chromium), or set VIVA_CHROMIUM.")
    with tempfile.TemporaryDirectory(prefix="viva-review-") as name:
        folder = Path(name)
        prepared = review_data.fill(folder / "home", interviews, to_review)
        filled = time.monotonic() - began
        with serving.viva(folder) as port:
            played = review_play.play(port, to_review)
        decided = _decided(folder / "home" / "viva.db", prepared.to_review)
    result = {
        **played,
        "decided": decided,
        "decided_asked": to_review,
        "interviews": prepared.interviews,
        "interviews_asked": interviews,
        "filling_seconds": round(filled, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    result["complete"] = None not in result.values() and prepared.interviews == interviews
    result["missed"] = missed(result)
    return result


def missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold, by name."""
    found = [name for name, most in BOUNDS.items() if result[name] is None or result[name] > most]
    return found + (["decided"] if result["decided"] != result["decided_asked"] else [])


#: Whether an interview has a decision with a reason, by somebody who has opened its every answer (a recording
#: counts as opened once it has played for a second).
_DECIDED = """
select exists (
  select 1 from decisions where interview_id = :id and state = 'final' and length(reason) > 0 and not exists (
    select 1 from answers where answers.interview_id = :id and not exists (
      select 1 from answer_openings
      where answer_openings.answer_id = answers.id and answer_openings.user_id = decisions.by_id
    )
  )
)
"""


def _decided(database: Path, interviews: list[str]) -> int:
    """How many of ``interviews`` were decided as a review asks for, by what the database says."""
    with closing(sqlite3.connect(database)) as connection:
        return sum(connection.execute(_DECIDED, {"id": each}).fetchone()[0] for each in interviews)


def table(found: dict[str, Any]) -> str:
    """The measurements in plain text."""
    return rows(("what", "measured"), [(name, str(value)) for name, value in found.items()]) + "\n"
