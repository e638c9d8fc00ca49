"""Who works on an analysis. Each change is one conditional UPDATE in a transaction of its own.

A worker may run an analysis only while it holds the lease, and it stores a result only if it still holds it: the row in
the database decides, not the message that announced it. So a message that comes twice makes nothing twice, and a worker
that dies loses nothing: its lease runs out and the sweep queues the row again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from werkzeug.local import LocalProxy

from webapp.analysis.models import Analysis, AnalysisState
from webapp.core.database import db, now

logger = logging.getLogger(__name__)

#: What a row looks like that nobody works on.
FREE = {"lease_owner": None, "lease_until": None}


class LeaseLost(Exception):
    """Somebody else has the job now, or it has been taken back: stop, and store nothing."""


def new_owner() -> str:
    """A name for one run in one process: host, process, and a number that never comes again."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex}"


def lease() -> timedelta:
    """How long a lease holds without being renewed."""
    return timedelta(seconds=current_app.config["LEASE_SECONDS"])


def claim(analysis_id: str, owner: str) -> bool:
    """Take the lease of a queued analysis, or of one whose lease has run out; False where somebody else was first."""
    moment = now()
    free = sa.or_(
        Analysis.state == AnalysisState.QUEUED,
        sa.and_(Analysis.state == AnalysisState.RUNNING, Analysis.lease_until < moment),
    )
    return _update(
        sa.and_(Analysis.id == analysis_id, free),
        state=AnalysisState.RUNNING,
        lease_owner=owner,
        lease_until=moment + lease(),
        attempts=Analysis.attempts + 1,
        progress=0.0,
        started_at=moment,
        finished_at=None,
        reason_code=None,
        reason=None,
    )


def renew(analysis_id: str, owner: str, progress: float) -> bool:
    """Hold the lease for another term and note the progress (0..1); False where the lease is no longer ours."""
    return _update(_held(analysis_id, owner), lease_until=now() + lease(), progress=progress)


def settle(analysis_id: str, owner: str, state: AnalysisState, **values: Any) -> bool:
    """Give the lease back with the outcome; False, and nothing stored, where it is no longer ours."""
    return _update(_held(analysis_id, owner), state=state, **{**FREE, **values})


def _held(analysis_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(Analysis.id == analysis_id, Analysis.lease_owner == owner, Analysis.state == AnalysisState.RUNNING)


def _update(where: sa.ColumnElement[bool], **values: Any) -> bool:
    with db.engine.begin() as connection:
        return connection.execute(sa.update(Analysis).where(where).values(**values)).rowcount == 1


class Heartbeat:
    """Renews a lease from a thread of its own while the work goes on, and carries the progress to the database.

    Progress is written about once a second where it changed, the lease renewed every HEARTBEAT_SECONDS at least.
    """

    TICK = 1.0

    def __init__(self, analysis_id: str, owner: str) -> None:
        self._analysis_id, self._owner = analysis_id, owner
        self._app = cast(LocalProxy[Flask], current_app)._get_current_object()
        self._interval = float(self._app.config["HEARTBEAT_SECONDS"])
        self._progress = self._written = 0.0
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{analysis_id[:8]}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def report(self, progress: float) -> None:
        """Note how far the work is (0..1). Raises LeaseLost where going on would be for nothing."""
        if self._lost.is_set():
            raise LeaseLost(self._analysis_id)
        self._progress = min(1.0, max(0.0, float(progress)))

    def _beat(self) -> None:
        waited = 0.0
        tick = min(self.TICK, self._interval)
        with self._app.app_context():
            while not self._stop.wait(tick):
                waited += tick
                progress = self._progress
                if waited < self._interval and progress - self._written < 0.01:
                    continue
                try:
                    held = renew(self._analysis_id, self._owner, progress)
                except sa.exc.SQLAlchemyError as error:
                    # The database may be back at the next beat; the lease outlasts several.
                    logger.warning("Lease of %s not renewed: %s", self._analysis_id, type(error).__name__)
                    continue
                if not held:
                    self._lost.set()
                    return
                waited, self._written = 0.0, progress
