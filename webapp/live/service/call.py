"""One room with somebody in it: its wires, and what is told to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp.live.service.session import Session, text_of
from webapp.live.service.store import RoomSnapshot


@dataclass
class Call:
    """A room as last read from the database, and who is connected."""

    place: RoomSnapshot
    wires: dict[str, Session] = field(default_factory=dict)
    #: Members whose connection broke, and when they count as gone (monotonic seconds).
    missing: dict[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is here, nor expected back."""
        return not self.wires and not self.missing

    def peer(self, wire: Session) -> dict[str, Any]:
        """What the others are told of somebody."""
        person = self.place.people[wire.member_id]
        return {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            **wire.state,
            "reading": person.reading,
            "shown": person.shown,
            "page": wire.page,
        }

    def welcome(self, wire: Session) -> dict[str, Any]:
        """What somebody is told who comes in; who carries the media is for the hub to add."""
        place = self.place
        return {
            "type": "welcome",
            "you": self.peer(wire),
            "room": {
                "id": place.id,
                "title": place.title,
                "mode": place.mode,
                "host": place.host,
                "reading_allowed": place.reading_allowed,
                "why_not": place.why_not,
            },
            "peers": [self.peer(other) for other in self.wires.values() if other is not wire],
        }

    def tell(self, message: dict[str, Any], *, but: str | None = None) -> None:
        """Send to everybody, except the one named."""
        text = text_of(message)
        for member_id, wire in list(self.wires.items()):
            if member_id != but:
                wire.send_text(text)

    def tell_of(self, wire: Session) -> None:
        """Tell the others who somebody is and what their browser says of camera, microphone, screen and hand."""
        self.tell({"type": "peer", "peer": self.peer(wire)}, but=wire.member_id)
