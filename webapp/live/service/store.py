"""What the live service asks of the database. Plain functions that block; the service runs them in a thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import selectinload

from ml.core.messages import N_
from webapp.accounts import sessions
from webapp.accounts.models import UserSession
from webapp.core.database import db, now
from webapp.live import operations, placement, policy
from webapp.live.models import LivePurpose, Member, Room, Track

#: A track is at most so many rows long: four hours at a row every three seconds.
LONGEST_TRACK = 4800


@dataclass(frozen=True)
class Person:
    """A member as the database has it."""

    id: str
    name: str
    role: str
    #: Consent, policy and membership in one: whether this person is to be read.
    reading: bool
    #: Whether something of the readings is kept for after the call.
    keeps: bool
    #: Whether the readings go to the others too; a candidate's may be for themselves alone.
    shown: bool
    #: The sessions in which this person is signed in; empty for guests.
    sessions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoomSnapshot:
    """A room as the database has it; ``people`` are those who have not been removed, by id."""

    id: str
    title: str
    mode: str
    host: str | None
    is_open: bool
    reading_allowed: bool
    why_not: str | None
    people: Mapping[str, Person]
    #: The service that has it, where there are several.
    served_by: str | None = None


class Store:
    """The database, each call in a session of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def snapshots(self, room_ids: Collection[str]) -> dict[str, RoomSnapshot]:
        """The present state of rooms, by id. Rooms that are gone are missing."""
        if not room_ids:
            return {}
        with self.app.app_context():
            query = (
                sa.select(Room)
                .where(Room.id.in_(room_ids))
                .options(
                    selectinload(Room.members).options(selectinload(Member.consents), selectinload(Member.user)),
                    selectinload(Room.position),
                )
            )
            rooms = list(db.session.scalars(query))
            alive = _sessions({member.user_id for room in rooms for member in room.members if member.user_id})
            return {room.id: _snapshot(room, alive) for room in rooms}

    def decide(self, member_id: str, reading: bool) -> str | None:
        """Note a consent to being read, or its withdrawal; the reason why that cannot be, or None."""
        with self.app.app_context():
            member = db.session.get(Member, member_id)
            if member is None:
                return N_("You are no longer in this room.")
            try:
                operations.decide(member, LivePurpose.READING, reading)
            except operations.RoomError as error:
                db.session.rollback()
                return str(error)
            db.session.commit()
            return None

    def note_alive(self, name: str) -> None:
        """Note that the service of this name lives."""
        with self.app.app_context():
            placement.note(name)

    def note_end(self, name: str) -> None:
        """Note that it stops."""
        with self.app.app_context():
            placement.forget(name)

    def seen(self, present: Collection[str], gone: Collection[str]) -> None:
        """Note who is connected, and who no longer is."""
        with self.app.app_context():
            for ids, moment in ((present, now()), (gone, None)):
                if ids:
                    db.session.execute(
                        sa.update(Member)
                        .where(Member.id.in_(ids), Member.removed_at.is_(None))
                        .values(seen_at=moment)
                        .execution_options(synchronize_session=False)
                    )
            db.session.commit()

    def keep(self, rows: Mapping[str, list[tuple[float, Any, Any, Any]]]) -> None:
        """Append to members' tracks: ``(seconds since the epoch, emotion, confidence, valence)`` each.

        What a member no longer agrees to is not kept: their consent is asked once more here.
        """
        with self.app.app_context():
            for member_id, values in rows.items():
                member = db.session.get(Member, member_id)
                if member is None or not policy.may_be_read(member) or not policy.keeps_track(member):
                    continue
                # The service that had the room before may write its last rows at the same moment.
                db.session.get(Track, member_id, with_for_update=True)
                if member.track is None:
                    member.track = Track(rows=[])
                    db.session.flush()
                began = member.track.began_at.timestamp()
                new = [[round(max(0.0, at - began), 1), *rest] for at, *rest in values]
                member.track.rows = [*member.track.rows, *new][-LONGEST_TRACK:]
            db.session.commit()


def _sessions(user_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The sessions that are alive, by person."""
    found: dict[str, set[str]] = {}
    if user_ids:
        query = sa.select(UserSession).where(UserSession.user_id.in_(user_ids), UserSession.ended_at.is_(None))
        for row in db.session.scalars(query):
            if sessions.is_alive(row):
                found.setdefault(row.user_id, set()).add(row.id)
    return {user_id: frozenset(ids) for user_id, ids in found.items()}


def _snapshot(room: Room, alive: Mapping[str, frozenset[str]]) -> RoomSnapshot:
    lawful = policy.reading_lawful(room)
    people = {
        member.id: Person(
            member.id,
            member.name,
            member.role.value,
            bool(policy.may_be_read(member)),
            policy.keeps_track(member),
            policy.is_shown(member),
            alive.get(member.user_id or "", frozenset()),
        )
        for member in room.members
        if member.removed_at is None and (member.user is None or member.user.active)
    }
    host = next((member.id for member in room.members if member.role.value == "host"), None)
    return RoomSnapshot(
        room.id,
        room.title,
        room.mode.value,
        host,
        room.is_open,
        bool(lawful),
        lawful.reason or None,
        people,
        room.served_by,
    )
