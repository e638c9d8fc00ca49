"""Comments on an answer, at a second of it or on words of it, and whom they mention."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.interviews.models import Interview
from webapp.questions.models import Question


class Comment(Model):
    """What one reviewer wrote. A comment without ``parent`` begins a thread, which can be resolved."""

    __tablename__ = "comments"
    __table_args__ = (CheckConstraint("length(text) > 0", name="text"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    question_id: Mapped[str] = mapped_column(ForeignKey(Question.id))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    text: Mapped[str] = mapped_column(Text)
    #: Seconds of the recording that it is about: a moment, or from ``at`` to ``until``; None for the whole answer.
    at: Mapped[float | None]
    until: Mapped[float | None]
    #: The words that it is about, as the transcript or the written answer had them; "" for none.
    quote: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id))

    interview: Mapped[Interview] = relationship()
    question: Mapped[Question] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    resolved_by: Mapped[User | None] = relationship(foreign_keys=[resolved_by_id])
    replies: Mapped[list[Comment]] = relationship(
        order_by="Comment.created_at", cascade="all, delete-orphan", passive_deletes=True
    )
    mentions: Mapped[list[Mention]] = relationship(
        back_populates="comment", cascade="all, delete-orphan", passive_deletes=True
    )


class Mention(Model):
    """That a comment names a colleague, who has not looked at it until ``seen_at``."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("comment_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    comment_id: Mapped[str] = mapped_column(ForeignKey(Comment.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    comment: Mapped[Comment] = relationship(back_populates="mentions")
    user: Mapped[User] = relationship()
