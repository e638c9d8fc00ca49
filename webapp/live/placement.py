"""Which live service has a room, where there are several (VIVA_LIVE_NAME): those who meet must meet in one process.

Each service notes every second or so that it lives. A room stays with its service while that lives; else whoever next
asks for a token moves it to the living service that a hash of both chooses, in one conditional UPDATE, so that all web
servers say the same. A service whose room has moved hangs up on everybody there, and pages come back by themselves.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import cast

import sqlalchemy as sa

from webapp.core.database import UtcDateTime, db
from webapp.live.models import LiveService, Room

#: Seconds after which a service that has noted nothing lives no more, and between two notes.
LEASE, NOTE = 6.0, 1.5
#: By the clock of the database: those of several machines differ.
_NOW = sa.func.now(type_=UtcDateTime)


def note(name: str) -> None:
    """Note that the service of this name lives. Commits."""
    noted = sa.update(LiveService).where(LiveService.name == name).values(seen_at=_NOW)
    if not cast("sa.CursorResult", db.session.execute(noted)).rowcount:
        db.session.execute(sa.insert(LiveService).values(name=name, seen_at=_NOW))
    db.session.commit()


def forget(name: str) -> None:
    """Note that the service of this name stops: its rooms may move at once. Commits."""
    db.session.execute(sa.delete(LiveService).where(LiveService.name == name))
    db.session.commit()


def living() -> list[str]:
    """The services that were heard of lately; none where there is one service without a name."""
    rows = db.session.execute(sa.select(LiveService.name, LiveService.seen_at, _NOW))
    return sorted(name for name, seen, moment in rows if moment - seen < timedelta(seconds=LEASE))


def service_of(room: Room) -> str:
    """The service that has ``room``, which moves where that lives no more; empty where none has a name. Commits."""
    names = living()
    if not names:
        return ""
    before = room.served_by
    if before not in names:
        chosen = max(names, key=lambda name: sha256(f"{name} {room.id}".encode()).digest())
        unmoved = sa.update(Room).where(Room.id == room.id, Room.served_by.is_not_distinct_from(before))
        db.session.execute(unmoved.values(served_by=chosen).execution_options(synchronize_session=False))
        db.session.commit()
        db.session.refresh(room)  # another web server may have been first
    return room.served_by or ""
