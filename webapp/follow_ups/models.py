"""What came of the follow-ups of an answer: which was asked, or none, and why."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer
from webapp.questions.models import Question


class FollowUpState(enum.StrEnum):
    """How far it is. While it is LISTENING the recording arrives and is written down."""

    LISTENING = "listening"
    ASKED = "asked"
    NONE = "none"
    SKIPPED = "skipped"


class FollowUp(Model):
    """One row for an answer: the first take that is saved decides, and nothing changes it afterwards."""

    __tablename__ = "follow_ups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), unique=True)
    state: Mapped[FollowUpState] = mapped_column(enum_type(FollowUpState), default=FollowUpState.LISTENING)
    #: The recording that is listened to, how much of it (s) was written down, and those words; gone once decided.
    recording_id: Mapped[str | None] = mapped_column(String(32))
    heard_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    heard: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    #: The follow-up that is asked; None where none is.
    question_id: Mapped[str | None] = mapped_column(ForeignKey(Question.id))
    #: Of the rule (ml/content/follow_up.py), or "no_words", "no_consent"; and [point, support 0..1] of each.
    reason: Mapped[str] = mapped_column(String(40), default="", server_default="")
    support: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The worker that listens now (webapp/core/leases.py).
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")

    answer: Mapped[Answer] = relationship()
    question: Mapped[Question | None] = relationship()
