"""A worker that is asked to stop finishes what it has in hand, and hands back what takes longer than it may.

SIGTERM has a worker take nothing new and wait for its children. After ``VIVA_DRAIN_SECONDS`` what they still work on is
handed back (`leases.hand_back`), so that another worker begins it within seconds, and they stop when they notice.
Without the setting they may take as long as they like; who kills them leaves the rows to the leases' end.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import signals
from flask import Flask

from webapp.core import leases

logger = logging.getLogger(__name__)

_app: Flask | None = None


def init_app(app: Flask) -> None:
    """Have the workers of this application drain."""
    global _app
    _app = app


@signals.worker_process_init.connect
def _belong(**_details: object) -> None:
    leases.belongs_to(os.getppid())


@signals.worker_shutting_down.connect
def _drain(**_details: object) -> None:
    if _app is None or _app.config["DRAIN_SECONDS"] is None:
        return
    timer = threading.Timer(_app.config["DRAIN_SECONDS"], _hand_back, (_app, os.getpid()))
    timer.daemon = True
    timer.start()


def _hand_back(app: Flask, worker: int) -> None:
    with app.app_context():
        if number := leases.hand_back(worker):
            logger.warning("%d pieces of work were handed back: others go on with them", number)
