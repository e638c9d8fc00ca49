"""Lists of people on their way to becoming invitations."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Invitation
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet


class BatchState(enum.StrEnum):
    """How far a list is."""

    #: Uploaded; nobody is invited before somebody has looked at it and said so.
    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class PersonState(enum.StrEnum):
    """What became of one line."""

    WAITING = "waiting"
    INVITED = "invited"
    FAILED = "failed"


class InvitationBatch(OfOrganisation, Model):
    """A list that was uploaded, for one position. Its file goes once it is started, or after a day."""

    __tablename__ = "invitation_batches"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id, ondelete="CASCADE"), index=True)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id, ondelete="CASCADE"))
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    language: Mapped[str] = mapped_column(String(16), default="en", server_default="en")
    #: The address that links begin with, as the request said it (webapp/core/hosts.py).
    base: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_name: Mapped[str] = mapped_column(String(160), default="")
    #: The columns (from 0) with the name, in order, and the one with the address; whether the first row is a header.
    names: Mapped[list[int]] = mapped_column(JSON, default=list)
    email: Mapped[int] = mapped_column(default=0)
    has_header: Mapped[bool] = mapped_column(default=False)
    state: Mapped[BatchState] = mapped_column(enum_type(BatchState), default=BatchState.DRAFT)
    #: Who works on it (webapp/core/leases.py).
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)

    position: Mapped[Position] = relationship()
    question_set: Mapped[QuestionSet] = relationship()
    created_by: Mapped[User] = relationship()

    @property
    def key(self) -> str:
        """Where the storage keeps the file."""
        return f"lists/{self.id}.bin"


class BatchPerson(Model):
    """One line of a list. Once somebody is invited, the invitation alone holds their name and address."""

    __tablename__ = "batch_people"
    __table_args__ = (Index("ix_batch_people_state", "batch_id", "state", "line"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    batch_id: Mapped[str] = mapped_column(ForeignKey(InvitationBatch.id, ondelete="CASCADE"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    state: Mapped[PersonState] = mapped_column(enum_type(PersonState), default=PersonState.WAITING)
    #: Why it failed, in the language of whoever uploaded the list.
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)


class PeopleMapping(OfOrganisation, Model):
    """Which columns hold what in files with the same heading, as somebody of this organisation said it last."""

    __tablename__ = "people_mappings"
    __table_args__ = (UniqueConstraint("organisation_id", "heading"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: SHA-256 of the first row, or of the number of columns where that is no heading: no name is kept.
    heading: Mapped[str] = mapped_column(String(64))
    names: Mapped[list[int]] = mapped_column(JSON, default=list)
    email: Mapped[int]
    has_header: Mapped[bool]
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
