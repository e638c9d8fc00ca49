"""One room with somebody in it: its sessions, and what is told to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp.live.service.session import Session, text_of
from webapp.live.service.store import RoomSnapshot


@dataclass
class Call:
    """A room as last read from the database, and who is connected."""

    snapshot: RoomSnapshot
    sessions: dict[str, Session] = field(default_factory=dict)
    #: Members whose connection broke, and when they count as gone (monotonic seconds).
    missing: dict[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is here, nor expected back."""
        return not self.sessions and not self.missing

    def peer(self, session: Session) -> dict[str, Any]:
        """What the others are told of somebody."""
        person = self.snapshot.people[session.member_id]
        return {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            **session.state,
            "reading": person.reading,
            "shown": person.shown,
            "page": session.page,
        }

    def welcome(self, session: Session) -> dict[str, Any]:
        """What somebody is told who comes in; who carries the media is for the hub to add."""
        snapshot = self.snapshot
        return {
            "type": "welcome",
            "you": self.peer(session),
            "room": {
                "id": snapshot.id,
                "title": snapshot.title,
                "mode": snapshot.mode,
                "host": snapshot.host,
                "reading_allowed": snapshot.reading_allowed,
                "why_not": snapshot.why_not,
            },
            "peers": [self.peer(other) for other in self.sessions.values() if other is not session],
        }

    def tell(self, message: dict[str, Any], *, but: str | None = None) -> None:
        """Send to everybody, except the one named."""
        text = text_of(message)
        for member_id, session in list(self.sessions.items()):
            if member_id != but:
                session.send_text(text)

    def tell_of(self, session: Session) -> None:
        """Tell the others who somebody is and what their browser says of camera, microphone, screen and hand."""
        self.tell({"type": "peer", "peer": self.peer(session)}, but=session.member_id)
