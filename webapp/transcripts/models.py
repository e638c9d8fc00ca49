"""Transcripts: versions of what was said in a recording. Rows are only ever added; the newest counts."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ml.transcripts.transcript import Transcript as Words
from ml.transcripts.transcript import text_in
from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer
from webapp.recordings.models import Recording


class Origin(enum.StrEnum):
    """Where the words of a transcript come from."""

    RECOGNISED = "recognised"
    CORRECTED = "corrected"
    #: Corrected by the candidate whose words they are.
    BY_CANDIDATE = "by_candidate"
    TYPED = "typed"
    UPLOADED = "uploaded"


class Transcript(Model):
    """One version, by whom and when. The first is kept whatever people make of it."""

    __tablename__ = "transcripts"
    __table_args__ = (UniqueConstraint("recording_id", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey(Recording.id, ondelete="CASCADE"))
    #: From 1.
    version: Mapped[int]
    origin: Mapped[Origin] = mapped_column(enum_type(Origin))
    #: Whether a recogniser wrote it, or what people corrected: it then needs the consent that the recogniser needed.
    by_machine: Mapped[bool]
    #: Who typed, uploaded or corrected it; None for a recogniser, and once the account is gone.
    author_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: ml.transcripts.Transcript as JSON.
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    answer: Mapped[Answer] = relationship()
    recording: Mapped[Recording] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def text(self) -> str:
        """The words as running text."""
        return text_in(self.body)

    @property
    def words(self) -> Words:
        """The words with their times."""
        return Words.from_json(self.body)
