"""By when a candidate is owed an answer, by the law of a place or the installation's own rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from ml.core.messages import N_


@dataclass(frozen=True)
class Clock:
    """So many days from the interview, and the law that says so; empty where none does."""

    days: int
    law: str = ""

    def due(self, submitted_at: datetime) -> datetime:
        """The moment by which the answer is owed."""
        return submitted_at + timedelta(days=self.days)


#: Country → the longest time that its law, or that of a part of it, allows. Ontario: since 1 January 2026 employers
#: of 25 or more tell interviewed applicants within 45 days whether they decided (Employment Standards Act, 2000, Part
#: III.1). A position's city does not say its province, so all of Canada is held to it. This is no legal advice.
_LAWS = {"CA": Clock(45, N_("Ontario, Employment Standards Act, 2000, Part III.1"))}


def answer_clock(country: str | None) -> Clock:
    """The clock for a position in ``country`` (alpha-2): the shorter of the law's days and VIVA_ANSWER_DAYS."""
    own = Clock(max(1, int(current_app.config["ANSWER_DAYS"])))
    law = _LAWS.get((country or "").upper())
    return law if law is not None and law.days <= own.days else own


def shortest() -> int:
    """The fewest days of all clocks."""
    return min(answer_clock("").days, *(clock.days for clock in _LAWS.values()))
