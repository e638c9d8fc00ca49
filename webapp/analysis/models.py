"""Analyses: one modality's reading of one answer by one named model version. The row is the truth about the job."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer, Interview
from webapp.policy import Modality


class AnalysisState(enum.StrEnum):
    """``not_done`` is final and no fault: policy, consent, or nothing there to read. ``failed`` can be tried again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    NOT_DONE = "not_done"
    FAILED = "failed"


FINISHED = frozenset({AnalysisState.DONE, AnalysisState.NOT_DONE, AnalysisState.FAILED})


class Analysis(Model):
    """A job and its result. Whoever runs it holds a lease; a lease that runs out is anybody's again."""

    __tablename__ = "analyses"
    __table_args__ = (UniqueConstraint("answer_id", "modality"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    modality: Mapped[Modality] = mapped_column(enum_type(Modality))
    state: Mapped[AnalysisState] = mapped_column(enum_type(AnalysisState), default=AnalysisState.QUEUED, index=True)
    #: Share of the work done (0..1).
    progress: Mapped[float] = mapped_column(default=0.0)
    #: Why it was not done or failed, for programs and for people.
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(500))
    attempts: Mapped[int] = mapped_column(default=0)
    #: Who runs it, and until when that holds without being renewed.
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    model_name: Mapped[str | None] = mapped_column(String(40))
    model_version: Mapped[str | None] = mapped_column(String(60))
    model_sha256: Mapped[str | None] = mapped_column(String(64))
    #: The reading's JSON (ml/core/readings.py).
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether an earlier version's reading is kept beside it; None where it was not asked for with the row.
    has_earlier: Mapped[bool | None] = query_expression()

    interview: Mapped[Interview] = relationship()
    answer: Mapped[Answer] = relationship()


class EarlierReading(Model):
    """A reading by a model version that has been followed by another's: kept beside it, never changed, gone with the
    consent or the words that it was made of."""

    __tablename__ = "earlier_readings"
    __table_args__ = (UniqueConstraint("analysis_id", "model_version", "model_sha256"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    analysis_id: Mapped[str] = mapped_column(ForeignKey(Analysis.id, ondelete="CASCADE"), index=True)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    model_name: Mapped[str] = mapped_column(String(40))
    model_version: Mapped[str] = mapped_column(String(60))
    model_sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: When that version read.
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
