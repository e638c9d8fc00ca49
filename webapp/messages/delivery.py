"""Sending what is due: claim a row, send it, say how it went. Each in a transaction of its own, none while we wait.

A row is sent by whoever holds its lease (webapp/core/leases.py) and is settled at once after the receiver's answer. A
worker that is killed in between leaves a row whose lease runs out: it is sent once more, **under the same id**. Outside
of that window nothing is sent twice.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from ml.core.messages import N_
from webapp.core import events, leases
from webapp.core.database import db, now
from webapp.core.leases import Heartbeat, LeaseLostError
from webapp.messages import notice_in_mail
from webapp.messages.models import Channel, Message, State
from webapp.reviews import deciding
from webapp.reviews.models import Decision

logger = logging.getLogger(__name__)

#: Seconds that one task drains for before it makes room for another.
LONGEST = 40.0
#: Rows that are looked at, at once, for one to claim.
LOOKED_AT = 8
#: How long a channel rests whose server is away.
REST = timedelta(seconds=60)
#: A row that was taken up so often and never settled takes its worker down.
MOST_ATTEMPTS = 60

WORK = leases.Work(
    Message,
    free=lambda moment: sa.or_(
        sa.and_(Message.state == State.WAITING, Message.due_at <= moment),
        sa.and_(Message.state == State.SENDING, Message.lease_until < moment),
    ),
    busy=Message.state == State.SENDING,
    claimed=lambda _moment: {"state": State.SENDING},
)


class Refused(Exception):
    """The receiver said no for good; ``code`` for programs, ``reason`` for people, ``answer`` its own words."""

    def __init__(self, code: str, reason: str, answer: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.answer = code, reason, answer


class NotNow(Refused):
    """This message could not be taken just now; trying later may help."""


class Away(Refused):
    """The server that all messages of the channel go by does not do its work just now."""


class Dropped(Refused):
    """The message is not to be sent at all: it is no longer true, or its recipient wants none."""


class Delay(Exception):
    """Nothing is wrong, but not before ``until``."""

    def __init__(self, until: datetime, code: str, reason: str) -> None:
        super().__init__(reason)
        self.until, self.code, self.reason = until, code, reason


class Session(Protocol):
    """A connection to where messages go, kept for several of them."""

    def prepare(self, message: Message) -> Any:
        """What is to be sent, read from the database. Raises Refused and Delay."""

    def send(self, prepared: Any) -> str:
        """Send it; the receiver's answer. Touches no database. Raises Refused."""


@dataclass(frozen=True)
class Way:
    """How one channel sends: what opens a session, and how long to wait after each failure (seconds)."""

    session: Callable[[], AbstractContextManager[Session]]
    waits: tuple[float, ...]


_ways: dict[Channel, Way] = {}


def sends_by(channel: Channel, way: Way) -> None:
    """Say how the messages of ``channel`` are sent; the last word counts."""
    _ways[channel] = way


def drain(channel: Channel, seconds: float = LONGEST) -> bool:
    """Send what is due by ``channel``, for so long; whether more is left."""
    way, until = _ways[channel], time.monotonic() + seconds
    with way.session() as session:
        while time.monotonic() < until:
            owner = leases.new_owner()
            message_id = claim(channel, owner)
            if message_id is None:
                return False
            if not _deliver(session, way, message_id, owner):
                return False
    return True


def claim(channel: Channel, owner: str) -> str | None:
    """Take the lease of what is due next; None where nothing is."""
    while True:
        query = (
            sa.select(Message.id)
            .where(Message.channel == channel, WORK.free(now()))
            .order_by(Message.priority, Message.due_at, Message.id)
            .limit(LOOKED_AT)
        )
        with db.engine.connect() as connection:
            found = list(connection.scalars(query))
        if not found:
            return None
        turn = secrets.randbelow(len(found))  # two workers seldom reach for the same one
        found = found[turn:] + found[:turn]
        for message_id in found:
            if WORK.claim(message_id, owner):
                return message_id


def _note_told(message_id: str) -> None:
    """A candidate whose letter went out may see the decision; whose invitation did has been told how AI is used."""
    message = db.session.get(Message, message_id)
    decision = db.session.get(Decision, message.facts.get("decision_id", "")) if message is not None else None
    if decision is not None:
        deciding.note_told(decision)
        db.session.commit()
    if message is not None:
        notice_in_mail.note(message)
        db.session.commit()


def _deliver(session: Session, way: Way, message_id: str, owner: str) -> bool:
    """Send one message and say how it went; whether the channel may go on."""
    try:
        with Heartbeat(WORK, message_id, owner) as heartbeat:
            prepared = _prepared(session, message_id)
            heartbeat.check()
            answer = session.send(prepared)
        WORK.settle(
            message_id, owner, state=State.SENT, sent_at=now(), reason_code=None, reason=None, answer=answer[:2000]
        )
        _note_told(message_id)
    except LeaseLostError:
        logger.warning("The lease of message %s was lost before it was sent", message_id)
    except Delay as delay:
        WORK.settle(
            message_id, owner, state=State.WAITING, due_at=delay.until, reason_code=delay.code, reason=delay.reason
        )
    except Away as away:
        _put_off(message_id, owner, way, away)
        _rest(message_id, away)
        return False
    except NotNow as failure:
        _put_off(message_id, owner, way, failure)
    except Dropped as why:
        _settle(message_id, owner, State.SUPPRESSED, why)
    except Refused as failure:
        _give_up(message_id, owner, failure)
    except Exception as error:  # a fault of ours: the message waits for the next version of this program
        logger.exception("Message %s could not be sent", message_id)
        reason = N_("Something went wrong in Viva while this was sent (%(error)s). The log says more.")
        _put_off(message_id, owner, way, NotNow("fault", reason % {"error": type(error).__name__}))
    return True


def _prepared(session: Session, message_id: str) -> Any:
    """What is to be sent; the database's connection is given back before anybody is called."""
    try:
        message = db.session.get(Message, message_id, populate_existing=True)
        if message is None:
            raise LeaseLostError(message_id)
        if now() > message.expires_at:
            raise Refused(*TOO_LATE)
        if message.attempts > MOST_ATTEMPTS:
            raise Refused("worker_lost", N_("The worker stopped each time it sent this. Its log says more."))
        return session.prepare(message)
    finally:
        db.session.rollback()


TOO_LATE = "too_late", N_("It could not be sent for as long as it made sense.")


def _settle(message_id: str, owner: str, state: State, why: Refused, **values: Any) -> bool:
    answer = {"answer": why.answer[:2000]} if why.answer else {}
    return WORK.settle(message_id, owner, state=state, reason_code=why.code, reason=why.reason, **answer, **values)


def _put_off(message_id: str, owner: str, way: Way, why: Refused) -> None:
    """Try again after a while that grows, or give up where that would be too late."""
    columns = Message.failures, Message.expires_at
    with db.engine.connect() as connection:
        row = connection.execute(sa.select(*columns).where(Message.id == message_id)).first()
    if row is None:
        return
    wait = way.waits[min(row.failures, len(way.waits) - 1)]
    due = now() + timedelta(seconds=wait * (0.9 + secrets.randbelow(200) / 1000))
    if due > row.expires_at:
        _give_up(message_id, owner, Refused(why.code, why.reason, why.answer))
        return
    _settle(message_id, owner, State.WAITING, why, due_at=due, failures=row.failures + 1)


def _give_up(message_id: str, owner: str, why: Refused) -> None:
    if _settle(message_id, owner, State.FAILED, why):
        logger.warning("Message %s was given up: %s", message_id, why.code)
        try:
            events.send(events.message_failed, message_id=message_id)
            db.session.commit()
        except Exception:
            db.session.rollback()
            logger.exception("What follows from the failure of message %s was not done", message_id)


def _rest(message_id: str, why: Refused) -> None:
    """Let what else is due by this channel wait a minute: each would only find the same server away."""
    moment = now()
    channel = sa.select(Message.channel).where(Message.id == message_id).scalar_subquery()
    waiting = sa.and_(Message.state == State.WAITING, Message.channel == channel, Message.due_at < moment + REST)
    with db.engine.begin() as connection:
        connection.execute(
            sa.update(Message).where(waiting).values(due_at=moment + REST, reason_code=why.code, reason=why.reason)
        )


def give_up_late() -> int:
    """What waited beyond its time fails, with a word to whoever has to know; how many."""
    moment, count = now(), 0
    late = sa.select(Message.id).where(
        Message.state == State.WAITING, Message.expires_at < moment, Message.due_at <= moment
    )
    with db.engine.connect() as connection:
        found = list(connection.scalars(late.limit(500)))
    for message_id in found:
        owner = leases.new_owner()
        if WORK.claim(message_id, owner):
            _give_up(message_id, owner, Refused(*TOO_LATE))
            count += 1
    return count


def channels_with_work() -> list[Channel]:
    """The channels by which something is due, or whose worker has died."""
    with db.engine.connect() as connection:
        found = connection.scalars(sa.select(Message.channel).where(WORK.free(now())).distinct())
        return [channel for channel in found if channel in _ways]
