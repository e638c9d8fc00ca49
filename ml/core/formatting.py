"""Numbers in English words, for the command line and its page; the web pages write them in their reader's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

UNKNOWN = "not enough to tell"


def percent(value: float | None, digits: int = 0, unknown: str = "–") -> str:
    """A share (0..1) in per cent."""
    return unknown if value is None else f"{100 * value:.{digits}f} %"


def clock(seconds: float | timedelta | None, digits: int = 0) -> str:
    """A length of time as m:ss, or h:mm:ss, the seconds with ``digits`` decimals."""
    if seconds is None:
        return "–"
    total = round(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds, digits)
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(int(minutes), 60)
    last = f"{rest:0{digits + 3 if digits else 2}.{digits}f}"
    return f"{hours}:{minutes:02}:{last}" if hours else f"{minutes}:{last}"


def number(value: Any, digits: int = 1, unit: str = "") -> str:
    """A number with its unit and a true minus sign, or "not enough to tell"; what rounds to nought has no sign."""
    if not isinstance(value, int | float):  # None, or what an older reading did not know
        return UNKNOWN
    written = f"{value:z,.{digits}f}".replace("-", "−")
    return f"{written} {unit}" if unit else written
