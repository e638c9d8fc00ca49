"""Messages to the world outside, what admins changed in their wording, and whom not to write to."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation, OfOrganisationOrAll
from webapp.interviews.models import Invitation
from webapp.messages.kinds import PRIVATE

#: What is read first, what is read as it comes, and what may wait.
URGENT, NORMAL, BULK = 0, 1, 2


class Channel(enum.StrEnum):
    """By which way a message goes."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APP = "app"
    ATS = "ats"


class State(enum.StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    #: Nobody sends it: there is no mail server. People copy its link.
    HELD = "held"
    #: Given up: refused for good, or tried for as long as it made sense.
    FAILED = "failed"
    #: Not to be sent: an admin said so, it is no longer true, or the recipient wants none.
    SUPPRESSED = "suppressed"


class Message(OfOrganisation, Model):
    """One message to one recipient, for one cause. Its ``id`` is its name for ever: it is in the Message-ID of a mail
    and in the webhook-id, however often it is sent. What is about no organisation belongs to the first."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_due", "state", "channel", "due_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[Channel] = mapped_column(enum_type(Channel))
    #: Which message it is: a key of kinds.py, or the type of an event.
    kind: Mapped[str] = mapped_column(String(60))
    #: What it is sent for; no two messages have the same cause.
    cause: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[State] = mapped_column(enum_type(State), default=State.WAITING)
    #: An address, the id of an endpoint, or that of a person.
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    user_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: The language and the time zone of whoever reads it, and the address of this Viva as it was reached.
    language: Mapped[str] = mapped_column(String(16), default="en")
    zone: Mapped[str] = mapped_column(String(64), default="")
    base: Mapped[str] = mapped_column(String(300), default="")
    #: What was true when it was caused; no secrets.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: 0 before 1 before 2.
    priority: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When trying no longer makes sense.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: How often it was taken up, and how often a receiver refused it or was away.
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    #: What the receiver said last.
    answer: Mapped[str | None] = mapped_column(Text)
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()

    @hybrid_property
    def is_private(self) -> bool:
        """Whether nobody who hires may learn of it (Kind.private): what shows messages, or keeps their addresses,
        leaves it out."""
        return self.kind in PRIVATE

    @is_private.inplace.expression
    @classmethod
    def _is_private(cls) -> ColumnElement[bool]:
        return cls.kind.in_(PRIVATE)


class Wording(OfOrganisation, Model):
    """What an organisation says in place of our words, in one language."""

    __tablename__ = "message_wordings"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "language"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    changed_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))

    changed_by: Mapped[User] = relationship()


class Refusal(OfOrganisationOrAll, Model):
    """An address that gets no mail of one kind, or none at all (``kind`` empty), from an organisation or (without one)
    from any: it bounced, or its owner said so."""

    __tablename__ = "message_refusals"
    __table_args__ = (UniqueConstraint("organisation_id", "address", "kind"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: Lower case.
    address: Mapped[str] = mapped_column(String(320))
    kind: Mapped[str] = mapped_column(String(60), default="")
    #: bounced, unsubscribed or admin.
    why: Mapped[str] = mapped_column(String(20))
    #: What the other mail server said.
    detail: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
