"""A worker that is asked to stop: what it has in hand gets a little time, then it is handed back.

On SIGTERM a worker takes nothing more. What its processes work on may be finished within VIVA_DRAIN_SECONDS; whoever
still works then hands the row back and announces it (webapp/core/leases.py), so that another worker begins at once and
not when the lease has run out. The moment lies in memory that a worker shares with its processes: the thread that
renews a lease reads it there, whatever the rest of the process does.
"""

from __future__ import annotations

import mmap
import struct
import time

from celery import signals
from flask import Flask

_MOMENT = struct.Struct("d")
#: When the time is over, on the monotonic clock, which all processes of a machine share; 0 while nobody asked.
_shared: mmap.mmap | bytearray = bytearray(_MOMENT.size)
_seconds = 0.0


def init_app(app: Flask) -> None:
    """Have the workers of this application drain."""
    global _seconds
    _seconds = app.config["DRAIN_SECONDS"]


@signals.worker_init.connect
def _share(**_details: object) -> None:
    """Before a worker starts its processes: memory for it and them alone. Workers may be copies of one process."""
    global _shared
    _shared = mmap.mmap(-1, _MOMENT.size)


@signals.worker_shutting_down.connect
def _asked(**_details: object) -> None:
    """In a worker's main process, from its handler of SIGTERM: note the moment, and do nothing that could wait."""
    begin(_seconds)


def begin(seconds: float) -> None:
    """Have what is in hand handed back in ``seconds`` from now."""
    _MOMENT.pack_into(_shared, 0, time.monotonic() + seconds)


def is_over() -> bool:
    """Whether this worker was asked to stop, and the time for what it has in hand is over."""
    moment = float(_MOMENT.unpack_from(_shared, 0)[0])
    return 0.0 < moment <= time.monotonic()
