"""The chain itself: entries are appended one after the other, and anybody can check that they still hang together.

Appending takes the one head's row first (SQLite: the place of the one writer; PostgreSQL: an advisory lock for the rest
of the transaction), so numbers have no gaps and each entry knows the one before it, however many processes write. An
entry belongs to the transaction that appends it: what is rolled back leaves no hole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webapp.governance.models import AuditAddress, AuditEntry, AuditHead

#: What the first entry has for a previous hash.
BEGINNING = "0" * 64
#: The same person seeing the same thing again within this time is no new entry.
SEEN_AGAIN = timedelta(minutes=15)
SAW = "saw"
#: Names our advisory lock on PostgreSQL; any number that nobody else uses.
_LOCK = 7_316_144_220
_ENTRIES, _HEAD, _ADDRESSES = (cast(sa.Table, model.__table__) for model in (AuditEntry, AuditHead, AuditAddress))


@dataclass(frozen=True)
class Event:
    """What is to be written down. ``at`` is aware; ``facts`` hold ids and words of ours, never a name."""

    action: str
    at: datetime
    actor_kind: str = "system"
    actor_id: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    interview_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    address: str = ""

    @property
    def sight(self) -> tuple[str, str, str]:
        """What makes two sights the same."""
        return self.actor_id, self.subject_kind, self.subject_id


@dataclass(frozen=True)
class Head:
    """The end of a chain: how many entries it has, and the last one's hash."""

    number: int = 0
    hash: str = BEGINNING


@dataclass(frozen=True)
class Verdict:
    """What checking a chain found: its entries, how many of them are broken, the first of these (None: none)."""

    rows: int
    broken: int
    first_broken: int | None
    last: Head


def append(connection: Connection, events: Sequence[Event], key: bytes) -> Head | None:
    """Append ``events`` in ``connection``'s transaction; the new head, or None where all had been seen before.

    :param key: for the hash of network addresses.
    """
    number, last = _take_turn(connection)
    entries: list[dict[str, Any]] = []
    addresses: list[dict[str, Any]] = []
    for event in events:
        if event.action == SAW and _seen(connection, event, entries):
            continue
        number += 1
        values = _values(event, number, last, key)
        last = values["hash"] = digest(values)
        entries.append(values)
        if event.address:
            addresses.append({"number": number, "address": event.address[:64], "at": event.at})
    if not entries:
        return None
    connection.execute(sa.insert(_ENTRIES), entries)
    if addresses:
        connection.execute(sa.insert(_ADDRESSES), addresses)
    connection.execute(sa.update(_HEAD).where(_HEAD.c.id == 1).values(number=number, hash=last))
    return Head(number, last)


def append_alone(engine: sa.Engine, events: Sequence[Event], key: bytes, head_file: Path) -> Head | None:
    """Append ``events`` in a transaction of their own, and keep the new head in ``head_file``.

    SQLite lets those who wait for the writer's place sleep longer and longer; on one machine they queue at a file
    instead, which wakes the next one at once. Whoever appends within a larger transaction does not stand in this queue:
    they may hold the writer's place already.
    """
    with _queue(head_file.with_name(f"{head_file.name}.queue"), engine.dialect.name == "sqlite"):
        with engine.begin() as connection:
            head = append(connection, events, key)
        if head is not None:
            keep_head(head_file, head)
    return head


@contextlib.contextmanager
def _queue(path: Path, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take_turn(connection: Connection) -> tuple[int, str]:
    """Wait until nobody else appends; then where the chain ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    # On SQLite it is this statement that takes the one writer's place, and only then may the head be read.
    taken = sa.update(_HEAD).where(_HEAD.c.id == 1).values(id=1).returning(_HEAD.c.number, _HEAD.c.hash)
    if (head := connection.execute(taken).first()) is not None:
        number, last = head
        return number, last
    connection.execute(sa.insert(_HEAD).values(id=1, number=0, hash=BEGINNING))
    return 0, BEGINNING


def _seen(connection: Connection, event: Event, entries: Iterable[dict[str, Any]]) -> bool:
    actor, kind, subject = event.sight
    wanted = {"actor_id": actor, "subject_kind": kind, "subject_id": subject, "action": SAW}
    if any(wanted.items() <= entry.items() for entry in entries):
        return True
    columns = _ENTRIES.c
    query = sa.select(columns.number).where(
        columns.actor_id == actor,
        columns.subject_id == subject,
        columns.action == SAW,
        columns.at > event.at - SEEN_AGAIN,
        columns.subject_kind == kind,
    )
    return connection.execute(query.limit(1)).first() is not None


def _values(event: Event, number: int, previous: str, key: bytes) -> dict[str, Any]:
    return {
        "number": number,
        "at": event.at,
        "action": event.action[:60],
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id[:32],
        "subject_kind": event.subject_kind[:24],
        "subject_id": event.subject_id[:32],
        "interview_id": event.interview_id[:32],
        "facts": json.dumps(event.facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")),
        "address_hash": address_hash(event.address, key) if event.address else "",
        "previous": previous,
    }


def address_hash(address: str, key: bytes) -> str:
    """What stands for a network address in the chain: without ``key`` nobody finds out which it is."""
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def digest(values: dict[str, Any]) -> str:
    """The hash of an entry: SHA-256 over a JSON list of its columns in the order of the table, the time in UTC with
    microseconds. An export can be checked by the same sentence."""
    listed = [
        values["number"],
        values["at"].isoformat(timespec="microseconds"),
        *(values[name] for name in ("action", "actor_kind", "actor_id", "subject_kind", "subject_id")),
        *(values[name] for name in ("interview_id", "facts", "address_hash", "previous")),
    ]
    return hashlib.sha256(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(connection: Connection, kept: Head | None = None) -> Verdict:
    """Read the whole chain, a part at a time, and count the places where it does not hang together.

    :param kept: a head that was kept elsewhere; read it before, so that the chain can only be longer.
    """
    stored = connection.execute(sa.select(_HEAD.c.number, _HEAD.c.hash).where(_HEAD.c.id == 1)).first()
    ends = [Head(*stored)] if stored else []
    ends += [kept] if kept is not None else []
    rows, broken, first = 0, 0, None
    number, last = 0, BEGINNING
    query = sa.select(_ENTRIES).order_by(_ENTRIES.c.number).execution_options(yield_per=1000)
    for row in connection.execute(query).mappings():
        rows += 1
        whole = (
            row["number"] == number + 1
            and row["previous"] == last
            and row["hash"] == digest(dict(row))
            and all(end.hash == row["hash"] for end in ends if end.number == row["number"])
        )
        if not whole:
            broken += 1
            first = row["number"] if first is None else first
        number, last = row["number"], row["hash"]
    longest = max((end.number for end in ends), default=0)
    if longest > number or (rows and not stored) or (stored and stored[0] < number):
        broken += 1
        first = min(number, longest) + 1 if first is None else first
    return Verdict(rows, broken, first, Head(number, last))


# The head, kept once more outside of the database: whoever cuts off the end of the log would have to cut here too.


def keep_head(path: Path, head: Head) -> None:
    """Note ``head`` in a file, unless a later one is there. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="ascii") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if (there := _read_head(stream.read())) is None or there.number < head.number:
            stream.seek(0)
            stream.write(f"{head.number:020d} {head.hash}\n")
            stream.truncate()


def kept_head(path: Path) -> Head | None:
    """The head that was kept in a file; None where there is none."""
    try:
        with path.open(encoding="ascii") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH)
            return _read_head(stream.read())
    except FileNotFoundError:
        return None


def _read_head(text: str) -> Head | None:
    number, _space, last = text.strip().partition(" ")
    return Head(int(number), last) if number.isdecimal() and len(last) == 64 else None
