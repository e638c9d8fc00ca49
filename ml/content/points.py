"""The points of a rubric: one a line. Needs no model: the web server reads rubrics in the same way as the reader."""

from __future__ import annotations

import re

#: Points and characters beyond these are not read: they bound the work.
MOST_POINTS, LONGEST_POINT = 20, 300
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")


def points_of(rubric: str) -> list[str]:
    """The points of a rubric, without bullets, numbers and repetitions; at most MOST_POINTS."""
    lines = (_BULLET.sub("", line).strip()[:LONGEST_POINT] for line in rubric.splitlines())
    return list(dict.fromkeys(line for line in lines if any(map(str.isalpha, line))))[:MOST_POINTS]
