"""Calibration: interviews with reference scores, and what reviewers give them when they try themselves against it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.interviews.models import Interview


class GoldInterview(Model):
    """An interview whose scores are agreed on: reviewers score it now and then, and see how far they are from it."""

    __tablename__ = "gold_interviews"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), unique=True)
    #: 1..5 by "QUESTION_ID COMPETENCY" (webapp/reviews/calibration.py: place_of).
    scores: Mapped[dict[str, int]] = mapped_column(JSON)
    made_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    interview: Mapped[Interview] = relationship()
    made_by: Mapped[User] = relationship()


class CalibrationCard(Model):
    """What one reviewer gave a gold interview in one round. It is about the reviewer, never about the candidate: it
    counts in no review and no decision."""

    __tablename__ = "calibration_cards"
    __table_args__ = (UniqueConstraint("gold_id", "reviewer_id", "round"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    gold_id: Mapped[str] = mapped_column(ForeignKey(GoldInterview.id, ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: From 1.
    round: Mapped[int] = mapped_column(default=1)
    scores: Mapped[dict[str, int]] = mapped_column(JSON)
    #: The reference at that time: it may be agreed on anew.
    reference: Mapped[dict[str, int]] = mapped_column(JSON)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    gold: Mapped[GoldInterview] = relationship()
    reviewer: Mapped[User] = relationship()
