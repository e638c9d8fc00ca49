"""Who works on a row: one mechanism for every kind of work that a worker does by itself.

A worker may work on a row only while it holds the row's lease, and it stores a result only if it still holds it: the
row in the database decides, not the message that announced it. So a message that comes twice makes nothing twice, and a
worker that dies loses nothing: its lease runs out and the sweep queues the row again. One that is asked to stop waits
for no lease to run out: it hands the row back, and announces it (webapp/core/draining.py). Each change is one
conditional UPDATE in a transaction of its own, so that others see it at once.

A kind of work is a `Work`: a model with the columns ``id``, ``lease_owner``, ``lease_until`` and ``attempts``, and the
conditions under which a row waits for a worker and is being worked on.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, cast

import sqlalchemy as sa
from flask import Flask, current_app
from kombu.exceptions import KombuError
from werkzeug.local import LocalProxy

from webapp.core import counters, draining
from webapp.core.database import db, now

logger = logging.getLogger(__name__)

#: What a row looks like that nobody works on.
FREE = {"lease_owner": None, "lease_until": None}


class LeaseLostError(Exception):
    """Somebody else has the row now, or it has been taken back: stop, and store nothing."""


class HandedBackError(LeaseLostError):
    """This worker is asked to stop, and has given the row back for another to take."""


def new_owner() -> str:
    """A name for one run in one process: host, process, and a number that never comes again."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex}"


def term() -> timedelta:
    """How long a lease holds without being renewed."""
    return timedelta(seconds=current_app.config["LEASE_SECONDS"])


#: What announces a row that was handed back, given its id, by the row's model.
_announcers: dict[Any, Callable[[str], object]] = {}


def announce_by(work: Work, announce: Callable[[str], object]) -> None:
    """Let workers that are asked to stop hand back rows of this work, and have ``announce`` tell the others of each."""
    _announcers[work.model] = announce


@dataclass(frozen=True)
class Work:
    """One kind of work. ``free`` is given the present moment and says which rows may be claimed; ``busy`` says which
    rows can be held at all; ``claimed`` is set on a row by claiming it. ``counts_claims``: whether each claim is an
    attempt; where it is not, whoever fails says whether that was the row's fault. ``handed_back`` is set on a row
    that a worker gives back unfinished, where `announce_by` says how others hear of it; else workers keep what they
    have in hand until it is done."""

    model: Any
    free: Callable[[datetime], sa.ColumnElement[bool]]
    busy: sa.ColumnElement[bool]
    claimed: Callable[[datetime], dict[str, Any]] = lambda _moment: {}
    counts_claims: bool = True
    handed_back: Callable[[datetime], dict[str, Any]] = lambda _moment: FREE

    def claim(self, row_id: str, owner: str) -> bool:
        """Take the lease of a free row; False where there is nothing to do or somebody else was first."""
        moment = now()
        return self.update(
            self.model.id == row_id,
            self.free(moment),
            lease_owner=owner,
            lease_until=moment + term(),
            attempts=self.model.attempts + (1 if self.counts_claims else 0),
            **self.claimed(moment),
        )

    def renew(self, row_id: str, owner: str, **values: Any) -> bool:
        """Hold the lease for another term; False where it is no longer ours. ``values`` are stored with it."""
        return self.update(self.held(row_id, owner), lease_until=now() + term(), **values)

    def settle(self, row_id: str, owner: str, **values: Any) -> bool:
        """Give the lease back with the outcome; False, and nothing stored, where it is no longer ours."""
        return self.update(self.held(row_id, owner), **{**FREE, **values})

    def hand_back(self, row_id: str, owner: str) -> bool:
        """Give the row to whoever takes it next, the attempt not counted; False where it is no longer ours."""
        values = self.handed_back(now())
        if self.counts_claims:
            values = {**values, "attempts": self.model.attempts - 1}
        if not self.update(self.held(row_id, owner), **values):
            return False
        try:
            _announcers[self.model](row_id)
        except (OSError, KombuError) as error:  # the sweep sees that nobody took the row
            logger.warning("That %s is handed back was not announced: %s", row_id, type(error).__name__)
        return True

    def left_alone(self) -> list[Any]:
        """The rows that wait with nobody working on them, a lease after they came or were announced last: to be
        announced again by a sweep. They wait for another lease, for a long queue is no reason to make it longer."""
        moment = now()
        overdue = sa.or_(
            self.model.lease_until < moment,
            sa.and_(self.model.lease_until.is_(None), self.model.created_at < moment - term()),
        )
        rows = list(db.session.scalars(sa.select(self.model).where(self.free(moment), overdue)))
        for row in rows:
            row.lease_owner, row.lease_until = None, moment + term()
        db.session.flush()
        return rows

    def held(self, row_id: str, owner: str) -> sa.ColumnElement[bool]:
        """The condition that ``owner`` holds the row's lease."""
        return sa.and_(self.model.id == row_id, self.model.lease_owner == owner, self.busy)

    def update(self, *where: sa.ColumnElement[bool], **values: Any) -> bool:
        """One conditional UPDATE in a transaction of its own; whether a row fulfilled the condition."""
        with db.engine.begin() as connection:
            done = connection.execute(sa.update(self.model).where(*where).values(**values))
            return cast("sa.CursorResult[Any]", done).rowcount == 1


class Heartbeat:
    """Renews a lease from a thread of its own while the work goes on, and carries its progress to the database.

    Progress is written about once a second where it changed, the lease renewed every HEARTBEAT_SECONDS at least.
    """

    TICK = 1.0

    def __init__(self, work: Work, row_id: str, owner: str, progress_column: str | None = None) -> None:
        self._work, self._row_id, self._owner, self._column = work, row_id, owner, progress_column
        self._app = cast(LocalProxy[Flask], current_app)._get_current_object()
        self._interval = float(self._app.config["HEARTBEAT_SECONDS"])
        self._progress = self._written = 0.0
        self._stop, self._lost = threading.Event(), threading.Event()
        #: Whether the row was given back unfinished, since this worker is asked to stop.
        self.handed_back = False
        self._thread = threading.Thread(target=self._beat, name=f"lease-{row_id[:8]}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def report(self, progress: float) -> None:
        """Note how far the work is (0..1). Raises LeaseLostError where going on would be for nothing."""
        self.check()
        self._progress = min(1.0, max(0.0, float(progress)))

    def check(self) -> None:
        """Raise LeaseLostError where going on would be for nothing."""
        if self._lost.is_set():
            raise HandedBackError(self._row_id) if self.handed_back else LeaseLostError(self._row_id)

    def _hand_back(self) -> bool:
        """Whether it is done: the row is somebody else's, and what this process still does is for nothing."""
        try:
            self.handed_back = self._work.hand_back(self._row_id, self._owner)
        except sa.exc.SQLAlchemyError as error:  # again at the next beat
            logger.warning("%s was not handed back: %s", self._row_id, type(error).__name__)
            return False
        if not self.handed_back:
            return False
        logger.info("%s is handed back unfinished: this worker stops", self._row_id)
        self._lost.set()
        return True

    def _beat(self) -> None:
        waited = 0.0
        tick = min(self.TICK, self._interval)
        with self._app.app_context():
            while not self._stop.wait(tick):
                waited += tick
                if self._work.model in _announcers and draining.is_over() and self._hand_back():
                    return
                progress = self._progress
                if waited < self._interval and progress - self._written < 0.01:
                    continue
                values = {self._column: progress} if self._column else {}
                try:
                    held = self._work.renew(self._row_id, self._owner, **values)
                except sa.exc.SQLAlchemyError as error:
                    # The database may be back at the next beat; the lease outlasts several.
                    logger.warning("Lease of %s not renewed: %s", self._row_id, type(error).__name__)
                    continue
                if not held:
                    self._lost.set()
                    counters.add(
                        self._app.config["HOME"],
                        "viva_lease_losses_total",
                        at_once=True,
                        labels={"work": self._work.model.__tablename__},
                    )
                    return
                waited, self._written = 0.0, progress
