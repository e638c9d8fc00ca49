"""Open links, and who came by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.interviews.models import Invitation
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet


class OpenLink(Model):
    """A link to one position by which up to ``cap`` people are interviewed, until ``ends_at``."""

    __tablename__ = "open_links"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id), index=True)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id))
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: How many people may come, and how many have confirmed their address.
    cap: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    #: Days that each has to answer.
    days: Mapped[int] = mapped_column(default=7)
    #: Origins whose pages may show the form in a frame.
    origins: Mapped[list[str]] = mapped_column(JSON, default=list)

    position: Mapped[Position] = relationship()
    question_set: Mapped[QuestionSet] = relationship()
    created_by: Mapped[User] = relationship()

    @property
    def is_open(self) -> bool:
        ended = self.closed_at is not None or self.ends_at <= now() or self.position.archived_at is not None
        return not ended and self.taken < self.cap


class Application(Model):
    """Somebody who came by an open link. Without a confirmed address it goes after a week."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("open_link_id", "email"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    open_link_id: Mapped[str] = mapped_column(ForeignKey(OpenLink.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    #: Lower case.
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: How often a message was asked for.
    asked: Mapped[int] = mapped_column(default=1)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)

    open_link: Mapped[OpenLink] = relationship()
    invitation: Mapped[Invitation | None] = relationship()


class UsedChallenge(Model):
    """A proof of work that was accepted: it counts once. Goes when its challenge has ended anyway."""

    __tablename__ = "used_challenges"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
