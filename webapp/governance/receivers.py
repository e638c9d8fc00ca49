"""What governance does about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

from typing import Any

from webapp.core import events
from webapp.governance import clocks, recorder, requests


@events.audited.connect
def write_down(_app: object, *, action: str, facts: dict[str, Any]) -> None:
    """Write it into the audit log."""
    recorder.note(requests.happened(action, facts))


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Let go what is kept for a time."""
    return clocks.sweep()
