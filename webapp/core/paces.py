"""How long work takes here, measured, and how long who waits has to wait still.

A wait is what lies ahead in line (webapp/core/turns.py), times what such work took lately, shared among those who work
just now. It is said only where enough was measured and somebody works, and no finer than it is known.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import noting
from webapp.core.database import Model, db

#: What a new measurement counts for, so that about the last twenty count; how many are needed to say anything.
WEIGHT, ENOUGH = 0.1, 5


class Pace(Model):
    """What one kind of work took lately."""

    __tablename__ = "paces"

    work: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    #: A mean in which newer ones count more.
    seconds: Mapped[float]
    measured: Mapped[int] = mapped_column(default=0)


def note(work: str, seconds: float) -> None:
    """Note that work of this kind took so long. What cannot be noted keeps nobody from working."""
    # The first ones count alike, or the very first would count for most.
    weight = sa.case((Pace.measured < 1 / WEIGHT, 1.0 / (Pace.measured + 1.0)), else_=WEIGHT)
    changes = {"seconds": Pace.seconds + weight * (seconds - Pace.seconds), "measured": Pace.measured + 1}
    noting.note(Pace, {"work": work}, changes=changes, first={"seconds": seconds, "measured": 1})


def of(*works: str) -> dict[str, float]:
    """Seconds that each kind of work takes; without those of which too little was measured."""
    query = sa.select(Pace.work, Pace.seconds).where(Pace.work.in_(works), Pace.measured >= ENOUGH)
    return dict(db.session.execute(query).all())


def in_words(seconds: float | None) -> str:
    """A wait, no finer than it is known; empty where it is not known."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if seconds < 45:
        return str(_("less than a minute"))
    if minutes > 60:
        return str(_("more than an hour"))
    if minutes > 10:
        minutes = 5 * -(-minutes // 5)
    return str(ngettext("about %(num)s minute", "about %(num)s minutes", max(1, minutes)))
