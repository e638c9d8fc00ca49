"""Positions: what people are interviewed for, and where. The place decides which law applies.

The table keeps the name that it was made with, jobs, and so do the columns that point at it.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.organisations.models import Team


class Position(OfOrganisation, Model):
    """A vacancy, at a place whose law decides what may be read."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(160))
    city: Mapped[str] = mapped_column(String(120))
    #: ISO 3166-1 alpha-2, upper case.
    country: Mapped[str] = mapped_column(String(2))
    #: The part of the country by ISO 3166-2, or a city of webapp/policy/codes.py; empty: only the country is known.
    region: Mapped[str] = mapped_column(String(16), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    #: Whose members see it, each by their role there.
    team_id: Mapped[str] = mapped_column(ForeignKey(Team.id), index=True)
    #: Whether a decision needs a second person who approves it.
    four_eyes: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether names, pictures and attached files stay hidden until the reviewer's own scorecard is in.
    blind_review: Mapped[bool] = mapped_column(default=False, server_default=false())

    created_by: Mapped[User] = relationship()
    team: Mapped[Team] = relationship()
    stages: Mapped[list[Stage]] = relationship(
        back_populates="position", order_by="Stage.rank", cascade="all, delete-orphan"
    )
    #: Who must all approve a decision; empty: nobody in particular.
    approvers: Mapped[list[User]] = relationship(secondary="position_approvers", order_by=User.name)

    @property
    def place(self) -> str:
        """The code of the smallest place that is known: its law decides."""
        return self.region or self.country


class ReviewState(enum.StrEnum):
    """How far people have come with an interview that was submitted."""

    TO_REVIEW = "to_review"
    IN_REVIEW = "in_review"
    DECIDED = "decided"


class Stage(Model):
    """A step of one position's own way to a decision, and beyond it; people move candidates from one to the next."""

    __tablename__ = "position_stages"
    __table_args__ = (UniqueConstraint("position_id", "name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    #: From 1: its place among the position's stages.
    rank: Mapped[int] = mapped_column(default=1)
    #: The state that an interview in this stage has.
    state: Mapped[ReviewState] = mapped_column(enum_type(ReviewState), default=ReviewState.IN_REVIEW)

    position: Mapped[Position] = relationship(back_populates="stages")


class Approver(Model):
    """Somebody who must approve the decisions of a position."""

    __tablename__ = "position_approvers"

    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
