"""Whose turn it is: which of the rows that wait a worker takes next.

A message only says that there is something to do. Which row that is, the worker decides when it is free, by what the
database says then: so it is the same with every broker, and whoever queues a thousand rows puts nobody else a thousand
messages back.

1. What somebody waits for in front of the page goes first (``first``: practice). Where others wait too, they get at
   least one turn in PATIENCE.
2. Among organisations the one goes first for which least is being worked on just now, then the one that has had no
   turn for longest.
3. Within an organisation: first come, first served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import noting
from webapp.core.database import Model, UtcDateTime, db, now
from webapp.core.leases import Work

#: The owner of a row that is to be tried again, but not before its lease runs out. No message takes it until then.
LATER = "later"
#: The longest that those who wait for nobody's eyes go without a turn where others always come first.
PATIENCE = timedelta(minutes=2)
#: How many rows of how many organisations are tried, since other workers choose at the same moment; how often anew.
ROWS, SHARES, TRIES = 4, 3, 3
#: So many messages a sweep sends at most: any of them takes any row, so there need not be one for each that waits.
SENT_AT_ONCE = 50
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Turn(Model):
    """When an organisation last had a turn at one kind of work."""

    __tablename__ = "turns"

    #: The line's name: the table of the work's rows, where that has one line.
    work: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    #: The organisation's id; empty for practice, which belongs to none.
    share: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Waiting:
    """What waits of one organisation."""

    first: bool
    share: str
    since: datetime


@dataclass(frozen=True)
class Line:
    """The rows of one kind of work that wait. ``joined`` leads a select of rows to what the columns belong to."""

    work: Work
    joined: Callable[[Any], sa.Select[Any]]
    #: The column that says whose a row is, None for nobody's; whether somebody waits for it in front of the page; and
    #: since when it waits.
    whose: Any
    first: sa.ColumnElement[bool]
    since: Any
    #: Which of the rows that may be claimed wait in line: not those whose worker has died, where the sweep first
    #: decides whether they are tried again.
    waits: sa.ColumnElement[bool] = field(default_factory=sa.true)
    #: Which of the table's rows stand in this line at all, where there are several lines, and what the line is then
    #: called; else it has its table's name.
    only: sa.ColumnElement[bool] = field(default_factory=sa.true)
    called: str = ""

    @property
    def name(self) -> str:
        """What the work is called in the tables of this package."""
        return self.called or str(self.work.model.__tablename__)

    @property
    def share(self) -> sa.ColumnElement[str]:
        """Whose a row is, as `Turn` has it."""
        return sa.func.coalesce(self.whose, "")

    def open(self, moment: datetime) -> sa.ColumnElement[bool]:
        """Which rows any message may take."""
        model = self.work.model
        unheld = sa.or_(model.lease_owner.is_(None), model.lease_until < moment)
        return sa.and_(self.only, self.waits, self.work.free(moment), unheld)

    def in_hand(self, moment: datetime) -> sa.ColumnElement[bool]:
        """Which rows somebody works on."""
        model = self.work.model
        held = sa.and_(model.lease_owner.is_not(None), model.lease_owner != LATER, model.lease_until > moment)
        return sa.and_(self.only, self.work.busy, held)

    def take(self, owner: str) -> str | None:
        """Claim whatever row is next for ``owner``, and say which; None where nothing waits.

        Each claim is a transaction of its own, and so is each look at what waits.
        """
        for _ in range(TRIES):
            waiting = False
            for share, row_id in self.next_rows():
                waiting = True
                if self.work.claim(row_id, owner):
                    self._note(share)
                    return row_id
            if not waiting:
                return None
        return None  # others were faster each time: the sweep sees what stays

    def next_rows(self) -> Iterator[tuple[str, str]]:
        """(share, row) of what should be taken next, the first in line first.

        What comes after the first organisation is asked for only where it is needed: each question looks at every row
        that waits.
        """
        moment, model = now(), self.work.model
        with db.engine.connect() as connection:
            order = self._in_order(connection, moment)[:SHARES]
        for each in order:
            whose = self.whose == each.share if each.share else self.whose.is_(None)
            of_it = sa.and_(self.open(moment), self.first if each.first else sa.not_(self.first), whose)
            query = self.joined(sa.select(model.id)).where(of_it).order_by(self.since, model.id).limit(ROWS)
            with db.engine.connect() as connection:
                rows = connection.scalars(query).all()
            yield from ((each.share, row_id) for row_id in rows)

    def _in_order(self, connection: sa.Connection, moment: datetime) -> list[Waiting]:
        columns = (self.first.label("ahead"), self.share.label("share"), sa.func.min(self.since, type_=UtcDateTime))
        query = self.joined(sa.select(*columns)).where(self.open(moment)).group_by("ahead", "share")
        waiting = [Waiting(bool(first), share, since or _NEVER) for first, share, since in connection.execute(query)]
        if len(waiting) < 2:
            return waiting
        query = self.joined(sa.select(self.share.label("share"), sa.func.count()))
        query = query.where(self.in_hand(moment)).group_by("share")
        in_hand: dict[str, int] = dict(connection.execute(query).all())
        turns = sa.select(Turn.share, Turn.taken_at).where(Turn.work == self.name)
        taken: dict[str, datetime] = dict(connection.execute(turns).all())
        waiting.sort(key=lambda each: (in_hand.get(each.share, 0), taken.get(each.share, _NEVER), each.since))
        ahead, others = [each for each in waiting if each.first], [each for each in waiting if not each.first]
        if ahead and others:
            passed_over = max(
                min(each.since for each in others),
                *(at for share, at in taken.items() if share not in {each.share for each in ahead}), _NEVER,
            )  # fmt: skip
            if passed_over < moment - PATIENCE:
                return [others[0], *ahead, *others[1:]]
        return ahead + others

    def _note(self, share: str) -> None:
        """Note that ``share`` has had its turn. What cannot be noted keeps nobody from working."""
        moment = {"taken_at": now()}
        noting.note(Turn, {"work": self.name, "share": share}, changes=moment, first=moment)
