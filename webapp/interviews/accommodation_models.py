"""What a candidate was granted, or asks for, so that the interview suits them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Invitation


class Help(enum.StrEnum):
    """What can be granted; the words are those of webapp/employer/offers.py."""

    TIME = "time"
    TAKES = "takes"
    NO_CLOCK = "no_clock"
    DAYS = "days"
    SOUND_ONLY = "sound_only"


class Accommodation(Model):
    """One kind of help for one candidate: asked for, then granted or declined. Why is nowhere here: nobody needs to
    know, and reviewers see none of it."""

    __tablename__ = "accommodations"
    __table_args__ = (CheckConstraint("amount between 0 and 200", name="amount"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    kind: Mapped[Help] = mapped_column(enum_type(Help))
    #: Per cent of more time, further takes, or days; 0 where the kind says all.
    amount: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Who granted or declined it; None where the organisation's own rule did, at once.
    by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id))
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    invitation: Mapped[Invitation] = relationship()
    by: Mapped[User | None] = relationship()
