"""Connections to applicant tracking systems (ATS), what they may order, and what they ordered."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Invitation
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet


class System(enum.StrEnum):
    """Which ATS; ``webhook`` is any other that can call and be called."""

    GREENHOUSE = "greenhouse"
    ASHBY = "ashby"
    WEBHOOK = "webhook"


class Connection(OfOrganisation, Model):
    """One ATS of one organisation. Both keys are sealed (webapp/core/sealing.py); the one that the ATS shows us is
    found by its hash."""

    __tablename__ = "ats_connections"
    __table_args__ = (UniqueConstraint("organisation_id", "system"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    system: Mapped[System] = mapped_column(enum_type(System))
    active: Mapped[bool] = mapped_column(default=True)
    #: What the ATS shows us, and what we show it where it has a key of its own.
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_sealed: Mapped[str] = mapped_column(Text)
    their_key_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Where it is called: the beginning of its address. An order's own address must be on the same host, or below it.
    address: Mapped[str] = mapped_column(String(500), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    #: When it last asked us something.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[User] = relationship()


class Offer(OfOrganisation, Model):
    """What an ATS may order: the interview for one position by one question set. It calls this a test or assessment."""

    __tablename__ = "ats_offers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(120))
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id, ondelete="CASCADE"), index=True)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id, ondelete="CASCADE"))
    #: Days that a candidate has to answer.
    days: Mapped[int] = mapped_column(default=7)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    position: Mapped[Position] = relationship()
    question_set: Mapped[QuestionSet] = relationship()


class Order(Model):
    """An assessment order: one candidate, one offer, one invitation. What the ATS calls an interview or assessment id
    is this row's id."""

    __tablename__ = "assessment_orders"
    __table_args__ = (UniqueConstraint("connection_id", "mark"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(ForeignKey(Connection.id, ondelete="CASCADE"))
    offer_id: Mapped[str | None] = mapped_column(ForeignKey(Offer.id, ondelete="SET NULL"))
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: The same order asked for twice is one: SHA-256 of the offer and the ATS's own id, or the address.
    mark: Mapped[str] = mapped_column(String(64))
    #: The ATS's own id, and the address at which it wants to hear about this order.
    their_id: Mapped[str] = mapped_column(String(200), default="")
    callback: Mapped[str] = mapped_column(String(500), default="")
    #: The address that links of ours begin with.
    base: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    connection: Mapped[Connection] = relationship()
    invitation: Mapped[Invitation] = relationship()


class Complaint(Model):
    """What an ATS says of an answer of ours that it could not use. It names no candidate."""

    __tablename__ = "ats_complaints"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(ForeignKey(Connection.id, ondelete="CASCADE"), index=True)
    call: Mapped[str] = mapped_column(String(60))
    errors: Mapped[list[Any]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
