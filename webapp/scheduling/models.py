"""Times that hosts offer, and what candidates chose."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Invitation
from webapp.live.models import Room
from webapp.positions.models import Position


class Slot(OfOrganisation, Model):
    """A time at which a host can talk with one candidate for a position."""

    __tablename__ = "interview_slots"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    host_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    host: Mapped[User] = relationship()
    position: Mapped[Position] = relationship()
    appointment: Mapped[Appointment | None] = relationship(back_populates="slot")

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at) / timedelta(minutes=1))


class Appointment(OfOrganisation, Model):
    """A candidate's live interview. The database holds that a slot has one, and that a candidate has one."""

    __tablename__ = "appointments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), unique=True)
    #: None once it is cancelled: the slot is free for others.
    slot_id: Mapped[str | None] = mapped_column(ForeignKey(Slot.id), unique=True)
    room_id: Mapped[str | None] = mapped_column(ForeignKey(Room.id, ondelete="SET NULL"))
    host_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Goes up with every change, for calendars.
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    invitation: Mapped[Invitation] = relationship()
    slot: Mapped[Slot | None] = relationship(back_populates="appointment")
    room: Mapped[Room | None] = relationship()
    host: Mapped[User] = relationship()

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at) / timedelta(minutes=1))

    @property
    def is_coming(self) -> bool:
        return self.cancelled_at is None and self.ends_at > now()
