"""Reports: what gathers an interview once its analyses are finished."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.interviews.models import Interview


class Report(Model):
    """Built by the worker when the last analysis of an interview finishes; built anew after a retry."""

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), unique=True)
    #: Per answer id the fused reading (ml/fusion), and interview-wide summaries.
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    interview: Mapped[Interview] = relationship()
