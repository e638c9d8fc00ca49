"""What happened to interviews, in order, and where it is told."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation


class EventType(enum.StrEnum):
    """What can happen to an interview."""

    INVITED = "interview.invited"
    STARTED = "interview.started"
    SUBMITTED = "interview.submitted"
    ANALYSED = "interview.analysed"
    REVIEWED = "interview.reviewed"
    DECIDED = "interview.decided"
    WITHDRAWN = "interview.withdrawn"
    ERASED = "interview.erased"


class InterviewEvent(Model):
    """One thing that happened. Rows are only added, and outlive what they are about: they hold ids and no names."""

    __tablename__ = "interview_events"
    __table_args__ = (UniqueConstraint("invitation_id", "sequence"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    type: Mapped[EventType] = mapped_column(enum_type(EventType))
    #: The interview is named by its invitation, which is there before it.
    invitation_id: Mapped[str] = mapped_column(String(32), index=True)
    interview_id: Mapped[str | None] = mapped_column(String(32))
    #: From 1 for each interview, without gaps: receivers tell by it what came first.
    sequence: Mapped[int]
    #: What it is the event of; no two events have the same cause.
    cause: Mapped[str] = mapped_column(String(120), unique=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Endpoint(OfOrganisation, Model):
    """An address that is told about an organisation's events. Its secret is not stored: it is made of the row's id, its
    number and the installation's secret (signing.py)."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    #: The types that it wants; all of them where empty.
    types: Mapped[list[str]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    #: Goes up with each new secret; the one before counts until ``rotated_until``.
    secret_number: Mapped[int] = mapped_column(default=1)
    rotated_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))

    created_by: Mapped[User] = relationship()
