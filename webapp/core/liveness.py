"""Who is alive, told by work that was done: a process that only exists does not count.

Each queue gets a small task every few seconds; whoever carries it out notes the time, and so does a child that is in
the middle of a long task. Where several workers have one queue (docs/cluster.md), what one of them did says nothing of
the others, so each also notes that its own loop turns. The clock notes each message that it sent. A supervisor
(launcher/supervisor.py) starts again what has gone stale, and ``/healthz`` and the admins' page on health say so. The
notes are files: they can be written and read when nothing else works.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from celery import Celery, shared_task, signals
from celery.beat import ScheduleEntry, Scheduler
from flask import Flask, current_app

from webapp.core import queues
from webapp.core.file_broker import write_whole

CLOCK = "clock"
#: Seconds between two notes, and the age from which a note is stale. The launcher has the same number.
EVERY, STALE = 5.0, 60.0

#: The data folder, the queue of the task that this process carries out just now, and the queues of its worker.
_home: Path | None = None
_busy_with: str | None = None
_listens_to: frozenset[str] = frozenset()


def init_app(app: Flask, celery: Celery) -> None:
    """Put one small task for each queue on the clock."""
    global _home
    _home = Path(app.config["HOME"])
    folder(_home).mkdir(parents=True, exist_ok=True, mode=0o700)
    for queue in queues.QUEUES:
        celery.conf.beat_schedule[f"alive-{queue}"] = {
            "task": queues.NOTE_LIFE,
            "args": (queue,),
            "schedule": EVERY,
            "options": {"queue": queue, "expires": 3 * EVERY},
        }


def folder(home: Path) -> Path:
    """Where the notes lie."""
    return Path(home) / "health"


def note(home: Path, name: str) -> None:
    """Note that ``name`` has done something just now."""
    write_whole(folder(home) / name, f"{time.time():.0f} {os.getpid()}\n".encode())


def ages(home: Path) -> dict[str, float | None]:
    """Seconds since each part was last heard of; None where it never was."""
    found: dict[str, float | None] = {}
    for name in (CLOCK, *queues.QUEUES):
        try:
            found[name] = max(0.0, time.time() - (folder(home) / name).stat().st_mtime)
        except OSError:
            found[name] = None
    return found


@shared_task(name=queues.NOTE_LIFE, acks_late=False, time_limit=30, soft_time_limit=20)
def note_task(queue: str) -> None:
    """What shows that the workers of ``queue`` work."""
    if queue in queues.QUEUES:
        note(current_app.config["HOME"], queue)


class Clock(Scheduler):
    """Beat's scheduler, which notes each message that it sent. Its schedule is short; nothing of it is kept."""

    def apply_async(self, entry: ScheduleEntry, *args: object, **kwargs: object) -> object:
        """Send a message, and note it."""
        sent = super().apply_async(entry, *args, **kwargs)
        if _home is not None:
            note(_home, CLOCK)
        return sent


def worker_sign(home: Path, hostname: str) -> Path:
    """The file that the worker of this name (``queue@host``) renews."""
    return folder(home) / "workers" / Path(hostname).name


def workers(home: Path) -> dict[str, int]:
    """Queue → how many workers of it were heard of lately; their names are ``queue@host``."""
    found: dict[str, int] = {}
    for sign in (folder(home) / "workers").glob("*@*"):
        try:
            age = time.time() - sign.stat().st_mtime
        except FileNotFoundError:
            continue
        if age < STALE:
            queue = sign.name.partition("@")[0]
            found[queue] = found.get(queue, 0) + 1
    return found


@signals.celeryd_after_setup.connect
def _begin(instance: Any, **_details: object) -> None:
    """Before a worker starts its children, which then know its queues too."""
    global _listens_to
    _listens_to = frozenset(instance.app.amqp.queues.consume_from) & set(queues.QUEUES)


@signals.worker_ready.connect
def _watch_worker(sender: Any, **_details: object) -> None:
    """Have a worker's loop note every few seconds that it turns; ``sender`` is its consumer."""
    if _home is None:
        return
    sign = worker_sign(_home, sender.hostname)
    sign.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def renew() -> None:
        write_whole(sign, f"{time.time():.0f} {os.getpid()}\n".encode())

    renew()
    sender.timer.call_repeatedly(EVERY, renew)


@signals.worker_shutdown.connect
def _leave(sender: Any, **_details: object) -> None:
    """A worker that ends takes its note along."""
    if _home is not None:
        worker_sign(_home, sender.hostname).unlink(missing_ok=True)


@signals.worker_process_init.connect
def _watch_long_tasks(**_details: object) -> None:
    """In a child of a worker: note that a task goes on, for as long as its time limit lets it."""
    threading.Thread(target=_note_while_busy, name="liveness", daemon=True).start()


def _note_while_busy() -> None:
    while True:
        time.sleep(EVERY)
        if _busy_with in queues.QUEUES and _home is not None:
            # A worker with several queues has nobody free for the small tasks of the others, and is no less alive.
            for queue in {_busy_with, *_listens_to}:
                note(_home, queue)


@signals.task_prerun.connect
def _begun(task: object = None, **_details: object) -> None:
    global _busy_with
    delivery = getattr(getattr(task, "request", None), "delivery_info", None) or {}
    _busy_with = delivery.get("routing_key")


@signals.task_postrun.connect
def _ended(**_details: object) -> None:
    global _busy_with
    _busy_with = None
