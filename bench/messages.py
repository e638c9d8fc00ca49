"""Two thousand messages while their senders are killed: none lost, none under two ids, none sent twice without reason.

Mail goes to a mail server of ours, webhooks to a receiver of ours; what counts is counted there. Real workers send, of
a data folder of their own; this process is the clock that wakes them. A third of the kills fall between the receiver's
answer and the worker's commit: the worker is stopped before the answer leaves, and killed once it has left.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, BenchFailed, rows
from bench.message_receivers import Counts, children_of, process_at, receivers

__all__ = ["BenchFailed", "measure", "table"]

#: Workers, each of one process; messages that are put at once; seconds for all of it after the set-up.
WORKERS, AT_ONCE, LIMIT = 2, 100, 420.0


def measure(messages: int = 2000, kills: int = 36) -> dict[str, Any]:
    """Counts at the receivers, and messages a second with the kills in it.

    :param messages: half of them mail, half webhooks.  :param kills: a third of them in the window, a third before the
    receiver's answer, a third at any moment.
    """
    began = time.monotonic()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))  # nothing is left behind then either
    counts = Counts()
    with tempfile.TemporaryDirectory(prefix="viva-messages-") as name:
        home = Path(name) / "home"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            mail_port = probe.getsockname()[1]
        with receivers(counts, mail_port) as url:
            settings = {
                "VIVA_HOME": str(home), "VIVA_SMTP_HOST": "127.0.0.1", "VIVA_SMTP_PORT": str(mail_port),
                "VIVA_SMTP_SECURITY": "none", "VIVA_WEBHOOK_NETWORKS": "127.0.0.0/8",
                "VIVA_PUBLIC_URL": "https://viva.example", "VIVA_WHISPER": "off",
            }  # fmt: skip
            with _application(settings) as app, _killer(settings, kills, counts, messages) as killer:
                _say(f"Putting {messages} messages into the outbox")
                _put(messages, url)
                killer.start()
                started = time.monotonic()
                _say(f"Sending them under {kills} kills")
                left = _until_sent(started, killer, counts, messages)
                seconds = time.monotonic() - started
                del app
    sent = len(counts.ids_of)
    result = {
        "messages": messages,
        "sent": sent,
        "lost": messages - sent,
        "doubled": counts.doubled,
        "repeated": counts.repeated,
        "kills": killer.kills.total(),
        "kills_asked": kills,
        "kills_in_window": killer.in_window,
        "kills_by_moment": dict(killer.kills),
        "not_settled": left,
        "per_second": round(sum(counts.taken.values()) / seconds, 1),
        "seconds": round(time.monotonic() - began, 1),
    }
    result["complete"] = not left and killer.kills.total() >= kills and 3 * killer.in_window >= kills
    result["missed"] = _missed(result)
    return result


def _missed(result: dict[str, Any]) -> list[str]:
    """The bounds that do not hold, each in words."""
    bounds = {
        f"sent {result['messages']}": result["sent"] == result["messages"],
        "lost 0": result["lost"] == 0,
        "doubled 0": result["doubled"] == 0,
        "repeated at most the kills in the window": result["repeated"] <= result["kills_in_window"],
    }
    return [name for name, holds in bounds.items() if not holds]


def _say(text: str) -> None:
    print(f"bench: {text} …", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _application(settings: dict[str, str]) -> Iterator[Any]:
    """Our own application on the same data, which puts messages in and wakes the workers."""
    import flask_migrate

    kept = {name: os.environ.get(name) for name in os.environ if name.startswith("VIVA_")}
    for name in kept:
        del os.environ[name]
    os.environ.update(settings)
    try:
        from webapp import create_app
        from webapp.core.database import db

        app = create_app()
        with app.app_context():
            flask_migrate.upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update({name: value for name, value in kept.items() if value is not None})


def _put(messages: int, url: str) -> None:
    """Half of them mail, half events for one endpoint; each cause is said twice, as a form is that is sent twice."""
    from webapp.accounts.models import Role, User
    from webapp.accounts.operations import first_organisation
    from webapp.core.database import db, now
    from webapp.integrations import operations
    from webapp.integrations.models import EventType
    from webapp.interviews.models import Invitation
    from webapp.messages import outbox
    from webapp.positions.operations import create_position
    from webapp.questions.models import QuestionSet

    by = User(role=Role.ADMIN, name="Ada Lindqvist", email="ada@viva.example", organisation_id=first_organisation().id)
    by.lock_password()
    db.session.add(by)
    db.session.flush()
    operations.add_endpoint(title="Receiver", url=url, types=[], by=by)
    position = create_position(title="Support engineer", city="Montréal", country="CA", by=by)
    asked = QuestionSet(title="First conversation", created_by=by, organisation_id=by.organisation_id)
    db.session.add(asked)
    db.session.commit()
    for number in range(messages // 2):
        if number % 20 == 0:  # made past the operation that invites: it would put messages of its own
            invitation = Invitation(
                position=position, organisation_id=by.organisation_id, question_set=asked, name=f"Person {number}",
                email="", deadline=now() + timedelta(days=7), created_by=by,
            )  # fmt: skip
            db.session.add(invitation)
            db.session.flush()
        for _twice in range(2):
            address = f"p{number}@viva.example"
            outbox.put(kind="test", cause=f"bench:{number}", recipient=address, name=f"Person {number}")
            operations.note(EventType.INVITED, f"bench:{number}", invitation.id, of=number)
        if number % AT_ONCE == AT_ONCE - 1:
            db.session.commit()
    db.session.commit()


class _Killer:
    """Two workers, which it starts, kills and starts again."""

    def __init__(self, settings: dict[str, str], kills: int, counts: Counts, messages: int) -> None:
        self.counts, self.kills, self.in_window = counts, Counter[str](), 0
        #: How often each message's sender was killed in the window.
        self.hits: Counter[str] = Counter()
        self._env = {**{k: v for k, v in os.environ.items() if not re.match("VIVA_", k)}, **settings}
        self._log = Path(settings["VIVA_HOME"]).with_name("workers.log").open("ab")
        self._workers: list[subprocess.Popen[bytes]] = []
        self._lock, self._stopped = threading.RLock(), dict[int, tuple[int, str]]()
        third = kills // 3
        orders = ["window"] * (kills - 2 * third) + ["before"] * third
        orders = orders[::2] + orders[1::2]
        self._orders = orders
        self._every = max(1, messages // (2 * len(orders))) if orders else 0
        self._seen, self._random = 0, third
        self._in_doubt: str | None = None
        counts.order, counts.end = self.order, self.end

    def start(self) -> None:
        self._workers = [self._worker(number) for number in range(WORKERS)]

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "--pool", "prefork"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--concurrency", "1"]
        command += ["-Q", "outbox", "-n", f"outbox{number}@bench"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self._env, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def senders(self) -> list[int]:
        return [child for worker in self._workers for child in children_of(worker.pid)]

    def order(self, port: int) -> str:
        """What happens to who sends from ``port``; who is to end is stopped at once, with the answer not yet out."""
        with self._lock:
            self._seen += 1
            if not self._orders or self._seen % self._every:
                return ""
            pid = process_at(port, self.senders())
            if pid is None:
                return ""
            order = self._orders.pop()
            os.kill(pid, signal.SIGSTOP)
            self._stopped[port] = pid, order
            return order

    def end(self, port: int, message_id: str | None) -> None:
        with self._lock:
            pid, order = self._stopped.pop(port)
            if message_id is not None:
                self.in_window += 1
                self.hits[message_id] += 1
            self._kill(pid, order)

    def at_any_moment(self) -> None:
        """Kill one that sends, or does not. Whether that was in the window shows a moment later: what it had sent may
        still be on its way, and nobody else sends the same before its lease has run out."""
        self.look_back()
        with self._lock:
            busy = [pid for pid in self.senders() if pid not in {pid for pid, _order in self._stopped.values()}]
            if not self._random or not busy:
                return
            self._random -= 1
            pid = busy[self._random % len(busy)]
            os.kill(pid, signal.SIGSTOP)
            self._in_doubt = _held_by(pid)
            self._kill(pid, "random")

    def look_back(self) -> None:
        """Count the last kill at any moment as one in the window where its message was taken after all."""
        with self._lock:
            held, self._in_doubt = self._in_doubt, None
            if held and self.counts.taken[held] > self.hits[held]:
                self.in_window += 1
                self.hits[held] += 1

    def _kill(self, pid: int, order: str) -> None:
        """Every sixth time the whole worker with its message, and a new one begins; else its child alone."""
        self.kills[order] += 1
        if self.kills.total() % 6:
            os.kill(pid, signal.SIGKILL)
            return
        for number, worker in enumerate(self._workers):
            if pid in children_of(worker.pid):
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
                self._workers[number] = self._worker(number)
                return
        os.kill(pid, signal.SIGKILL)

    @property
    def is_done(self) -> bool:
        """Whether all kills took place."""
        return not self._orders and not self._random and not self._stopped

    def close(self) -> None:
        for worker in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        self._log.close()


@contextlib.contextmanager
def _killer(settings: dict[str, str], kills: int, counts: Counts, messages: int) -> Iterator[_Killer]:
    found = _Killer(settings, kills, counts, messages)
    try:
        yield found
    finally:
        found.close()


def _held_by(pid: int) -> str | None:
    """The message whose lease the process holds."""
    import sqlalchemy as sa

    from webapp.core.database import db
    from webapp.messages.models import Message, State

    query = sa.select(Message.id).where(Message.state == State.SENDING, Message.lease_owner.contains(f":{pid}:"))
    with db.engine.connect() as connection:
        return connection.scalar(query)


def _until_sent(started: float, killer: _Killer, counts: Counts, messages: int) -> int:
    """Be the clock until all is sent and settled; how many messages are not."""
    import sqlalchemy as sa

    from webapp.core import events
    from webapp.core.database import db
    from webapp.messages.models import Message, State

    left, last, wait = messages, 0.0, 0.0  # each kill at any moment is looked back at two seconds later
    while left and time.monotonic() - started < LIMIT:
        time.sleep(0.25)
        moment = time.monotonic()
        if counts.taken and moment - wait > 2.0:
            wait = moment
            killer.at_any_moment()
        if moment - last > 5.0:
            last = moment
            events.send_sweep()
            db.session.remove()
        with db.engine.connect() as connection:
            left = connection.scalar(sa.select(sa.func.count()).where(Message.state != State.SENT)) or 0
    killer.look_back()
    return left


def table(found: dict[str, Any]) -> str:
    """The counts in plain text."""
    return rows(("what", "counted"), [(name, str(value)) for name, value in found.items()]) + "\n"
