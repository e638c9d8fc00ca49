"""Who is connected, and who may hear what. All in memory; the truth is re-read from the database twice a second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from typing import Any

from ml.core.messages import N_
from webapp.core.database import new_id
from webapp.live import ice, media, placement
from webapp.live.models import TRACK_SECONDS
from webapp.live.service.call import Call
from webapp.live.service.session import NOT_ALLOWED, RESTARTS, TAKEN_OVER, Session, text_of
from webapp.live.service.store import Person, RoomSnapshot, Store

logger = logging.getLogger(__name__)

#: Seconds between two looks at the database: a withdrawal counts within one second whoever wrote it.
REFRESH = 0.4
#: Seconds between two notes of who is present and what is kept.
NOTE = 5.0
#: Seconds for which somebody whose connection broke is still in the call in the others' eyes, and for which a moment
#: ("Analyse") waits for everybody's next frame.
GRACE, MOMENT = 10.0, 5.0
#: Why nobody may enter a room that another service has.
ELSEWHERE = "elsewhere"


class Hub:
    """The calls of this service. What is no coroutine never blocks."""

    def __init__(self, store: Store, config: dict[str, Any]) -> None:
        self.store, self.config = store, config
        #: Which one of several services this is; empty for the only one.
        self.name: str = config["LIVE_NAME"] or ""
        self.calls: dict[str, Call] = {}
        #: Rooms that another service has now, and when we last noted that we live (monotonic seconds).
        self._moved: set[str] = set()
        self._alive = time.monotonic()
        self._moments: dict[str, tuple[str, float]] = {}
        self._readings: dict[str, float] = {}
        self._rows: dict[str, list[tuple[float, Any, Any, Any]]] = {}
        self._gone: set[str] = set()
        self._noted = 0.0
        #: One look at the database at a time: an older answer never comes after a newer one.
        self._reading = asyncio.Lock()

    async def enter(self, session: Session) -> str | None:
        """Put a session into its call and tell everybody; the reason why not, or None. An older tab is hung up on."""
        async with self._reading:
            snapshots = await asyncio.to_thread(self.store.snapshots, [session.room_id])
            snapshot = snapshots.get(session.room_id)
            return self._enter(snapshot, session) if snapshot is not None else "closed"

    def _is_elsewhere(self, snapshot: RoomSnapshot) -> bool:
        return bool(self.name) and snapshot.served_by != self.name

    def has_moved(self, room_id: str) -> bool:
        """Whether a room that was here is at another service now."""
        return room_id in self._moved

    def _enter(self, snapshot: RoomSnapshot, session: Session) -> str | None:
        if self._is_elsewhere(snapshot):
            return ELSEWHERE
        self._moved.discard(snapshot.id)
        call = self.calls.setdefault(snapshot.id, Call(snapshot))
        self._apply(call, snapshot)
        person = snapshot.people.get(session.member_id)
        if person is None or not snapshot.is_open:
            return "removed" if snapshot.is_open else "closed"
        if session.login and session.login not in person.sessions:
            return "signed_out"
        call.missing.pop(session.member_id, None)
        if session.member_id not in call.sessions and len(call.sessions) + len(call.missing) >= media.most(self.config):
            return "full"
        if older := call.sessions.get(session.member_id):
            session.state = dict(older.state) if older.page == session.page else session.state
            older.close(TAKEN_OVER, "taken over by a newer tab")
        call.sessions[session.member_id] = session
        self._gone.discard(session.member_id)
        self._noted = 0.0
        session.send(
            call.welcome(session)
            | {"ice": ice.servers(self.config, session.member_id), "media": self._media(session, person)}
        )
        call.tell_of(session)
        return None

    def say_media(self, session: Session) -> None:
        """Tell a browser once more what carries the call, with a fresh token where that is a server."""
        call = self.calls.get(session.room_id)
        if call is not None and (person := call.snapshot.people.get(session.member_id)) is not None:
            session.send({"type": "media", "media": self._media(session, person)})

    def _media(self, session: Session, person: Person) -> dict[str, Any]:
        return media.describe(self.config, session.room_id, session.member_id, person.name)

    def leave(self, session: Session, *, for_good: bool) -> None:
        """Take a session out of its call. Unless ``for_good``, the others hear of it only when it stays away."""
        call = self.calls.get(session.room_id)
        if call is None or call.sessions.get(session.member_id) is not session:
            return
        del call.sessions[session.member_id]
        if for_good:
            self._say_left(call, session.member_id, "left")
        else:
            call.missing[session.member_id] = time.monotonic() + GRACE

    def _say_left(self, call: Call, member_id: str, why: str) -> None:
        """Tell the others: ``left``, ``lost`` (a call that lives without us may go on), ``removed`` or ``closed``."""
        call.missing.pop(member_id, None)
        self._moments.pop(member_id, None)
        self._readings.pop(member_id, None)
        self._gone.add(member_id)
        self._noted = 0.0
        call.tell({"type": "left", "id": member_id, "why": why})
        if call.is_empty:
            self.calls.pop(call.snapshot.id, None)

    def say_state(self, session: Session) -> None:
        """Tell the others what this browser says of its camera, microphone, screen, hand and recording."""
        call = self.calls.get(session.room_id)
        if call is not None and session.member_id in call.snapshot.people:
            call.tell_of(session)

    def _person(self, member_id: str) -> tuple[Call, Person] | None:
        for call in self.calls.values():
            if (person := call.snapshot.people.get(member_id)) is not None:
                return call, person
        return None

    def may_read(self, member_id: str) -> bool:
        """Whether this member's frames and sound may be read: policy, membership and consent as last re-read."""
        found = self._person(member_id)
        return found is not None and found[0].snapshot.is_open and found[1].reading

    def share(self, room_id: str, member_id: str, reading: dict[str, Any] | None) -> None:
        """Send a member's reading on to those who consent too; None says that it has stopped."""
        call = self.calls.get(room_id)
        if call is None:
            return
        person = call.snapshot.people.get(member_id)
        if reading is not None and (person is None or not person.reading):
            return
        text = text_of({"type": "reading", "from": member_id, "reading": reading})
        for other, session in list(call.sessions.items()):
            listener = call.snapshot.people.get(other)
            if (
                other != member_id
                and listener is not None
                and listener.reading
                and (reading is None or (person is not None and person.shown))
            ):
                session.send_text(text)
        if reading is not None and person is not None and person.keeps:
            self._note_reading(member_id, reading)

    def _note_reading(self, member_id: str, reading: dict[str, Any]) -> None:
        moment = time.time()
        if moment - self._readings.get(member_id, 0.0) < TRACK_SECONDS:
            return
        self._readings[member_id] = moment
        fused = reading.get("fused") or {}
        row = (moment, fused.get("emotion"), fused.get("confidence"), fused.get("valence"))
        self._rows.setdefault(member_id, []).append(row)

    def begin_moment(self, session: Session) -> None:
        """Mark the next frame of every consenting member, and tell everybody."""
        call = self.calls.get(session.room_id)
        if call is None:
            return
        moment = new_id()
        until = time.monotonic() + MOMENT
        for member_id in call.sessions:
            person = call.snapshot.people.get(member_id)
            if person is not None and person.reading:
                self._moments[member_id] = (moment, until)
        call.tell({"type": "moment", "by": session.member_id, "moment": moment})

    def take_moment(self, member_id: str) -> str | None:
        """The moment that this member's next frame belongs to, once."""
        moment, until = self._moments.pop(member_id, (None, 0.0))
        return moment if time.monotonic() < until else None

    async def run(self) -> None:
        """Re-read the truth, note who is there and keep what is to be kept, until cancelled."""
        while True:
            await asyncio.sleep(REFRESH)
            try:
                async with asyncio.timeout(placement.LEASE if self.name else None):
                    await self._note_alive()
                    await self.refresh()
                    await self._write()
            except Exception:  # the database may be away for a moment; nothing is shared on old consents meanwhile
                logger.exception("The database could not be asked")
                self._trust_nobody()
                if self.name and time.monotonic() - self._alive > placement.LEASE:  # others may have our rooms now
                    for call in list(self.calls.values()):
                        self._move(call)

    async def _note_alive(self) -> None:
        began = time.monotonic()
        if self.name and began - self._alive >= placement.NOTE:
            await asyncio.to_thread(self.store.note_alive, self.name)
            self._alive = began

    def _move(self, call: Call) -> None:
        """Hang up on everybody in a room that is at another service: their pages find it by a fresh token."""
        self._moved.add(call.snapshot.id)
        self.calls.pop(call.snapshot.id, None)
        for session in call.sessions.values():
            session.close(RESTARTS, "the room is at another service")

    async def refresh(self) -> None:
        """Apply what the database says now to every call."""
        async with self._reading:
            snapshots = await asyncio.to_thread(self.store.snapshots, list(self.calls))
            self._apply_all(snapshots)

    def _apply_all(self, snapshots: dict[str, RoomSnapshot]) -> None:
        for room_id, call in list(self.calls.items()):
            snapshot = snapshots.get(room_id)
            if snapshot is not None and self._is_elsewhere(snapshot):
                self._move(call)
                continue
            if snapshot is not None:
                self._apply(call, snapshot)
            else:
                self._end(call, list(call.sessions), "closed", N_("This room no longer exists."))
            moment = time.monotonic()
            for member_id in [each for each, until in call.missing.items() if until < moment]:
                self._say_left(call, member_id, "lost")
            if call.is_empty:
                self.calls.pop(room_id, None)

    def _apply(self, call: Call, snapshot: RoomSnapshot) -> None:
        before, call.snapshot = call.snapshot, snapshot
        if not snapshot.is_open:
            self._end(call, list(call.sessions), "closed", N_("The room is closed."))
            return
        removed = [member_id for member_id in call.sessions if member_id not in snapshot.people]
        self._end(call, removed, "removed", N_("The host has removed you from this call."))
        out = [
            key
            for key, session in call.sessions.items()
            if session.login and session.login not in snapshot.people[key].sessions
        ]
        self._end(call, out, "signed_out", N_("You are signed out. Sign in and open the room again."))
        for member_id, session in list(call.sessions.items()):
            was, is_now = before.people.get(member_id), snapshot.people[member_id]
            if was is not None and was != is_now:
                if was.reading != is_now.reading:
                    session.send({"type": "consent", "reading": is_now.reading})
                    if not is_now.reading:
                        self._forget(call, member_id)
                if was.shown and not is_now.shown:
                    self.share(snapshot.id, member_id, None)
                call.tell_of(session)

    def _forget(self, call: Call, member_id: str) -> None:
        """A consent is gone: nothing of this member stays on anybody's screen, nothing of others on theirs."""
        self._rows.pop(member_id, None)
        self._moments.pop(member_id, None)
        self.share(call.snapshot.id, member_id, None)
        for other in call.sessions:
            if other != member_id:
                call.sessions[member_id].send({"type": "reading", "from": other, "reading": None})

    def _end(self, call: Call, member_ids: list[str], code: str, message: str) -> None:
        for member_id in member_ids:
            session = call.sessions.pop(member_id)
            session.send({"type": "error", "code": code, "message": message})
            session.close(NOT_ALLOWED, code)
            self._rows.pop(member_id, None)
            self._say_left(call, member_id, code)

    def _trust_nobody(self) -> None:
        for call in self.calls.values():
            people = {key: replace(each, reading=False) for key, each in call.snapshot.people.items()}
            self._apply(call, replace(call.snapshot, people=people))

    async def _write(self) -> None:
        if time.monotonic() - self._noted < NOTE:
            return
        self._noted = time.monotonic()
        present = [member_id for call in self.calls.values() for member_id in call.sessions]
        gone, self._gone = self._gone - set(present), set()
        rows, self._rows = self._rows, {}
        if present or gone:
            await asyncio.to_thread(self.store.seen, present, gone)
        if rows:
            await asyncio.to_thread(self.store.keep, rows)

    async def close(self) -> None:
        """Write what is left to write. Who is connected stays noted as seen: the calls go on without us."""
        rows, self._rows = self._rows, {}
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self.store.keep, rows)
        if self.name:
            with contextlib.suppress(Exception):
                await asyncio.to_thread(self.store.note_end, self.name)
