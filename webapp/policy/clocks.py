"""By when a candidate is owed an answer, by the law of a place or the installation's own rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from ml.core.messages import N_
from webapp.policy.codes import normal, within


@dataclass(frozen=True)
class Clock:
    """So many days from the interview, and the law that says so; empty where none does."""

    days: int
    law: str = ""

    def due(self, submitted_at: datetime) -> datetime:
        """The moment by which the answer is owed."""
        return submitted_at + timedelta(days=self.days)


#: Place (webapp/policy/codes.py) → the longest time that its law allows. Ontario: since 1 January 2026 employers of 25
#: or more tell interviewed applicants within 45 days whether they decided (Employment Standards Act, 2000, Part III.1).
#: This is no legal advice.
_LAWS = {"CA-ON": Clock(45, N_("Ontario, Employment Standards Act, 2000, Part III.1"))}


def answer_clock(place: str | None) -> Clock:
    """The clock for a position at ``place``: the shorter of the law's days and VIVA_ANSWER_DAYS.

    Where only the country is known, the shortest law of any of its parts counts: it may be there.
    """
    own = Clock(max(1, int(current_app.config["ANSWER_DAYS"])))
    here = normal(place)
    laws = [clock for code, clock in _LAWS.items() if code in within(here) or here in within(code)]
    law = min(laws, key=lambda clock: clock.days, default=own)
    return law if law.days <= own.days else own


def shortest() -> int:
    """The fewest days of all clocks."""
    return min(answer_clock("").days, *(clock.days for clock in _LAWS.values()))
