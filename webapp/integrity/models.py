"""Which positions note facts, which candidates were told so, and what was noted."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer, Interview
from webapp.positions.models import Position


class IntegritySetting(Model):
    """A position that notes facts; one without a row notes none."""

    __tablename__ = "integrity_settings"

    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id, ondelete="CASCADE"), primary_key=True)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class IntegrityNotice(Model):
    """That a candidate was told, in which wording; without it nothing is noted of them."""

    __tablename__ = "integrity_notices"

    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), primary_key=True)
    text_version: Mapped[str] = mapped_column(String(32))
    text_language: Mapped[str] = mapped_column(String(16))
    #: SHA-256 of what was shown, and the language in which it binds (webapp/binding); empty in rows of before.
    text_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    text_binding: Mapped[str] = mapped_column(String(16), default="", server_default="")
    told_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class FactKind(enum.StrEnum):
    """What can be noted."""

    LEFT_PAGE = "left_page"
    PASTED = "pasted"


class IntegrityFact(Model):
    """One thing that happened while an answer was given. It says nothing about why."""

    __tablename__ = "integrity_facts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    kind: Mapped[FactKind] = mapped_column(enum_type(FactKind))
    #: Seconds away from the page, or characters pasted.
    amount: Mapped[int]
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    answer: Mapped[Answer] = relationship()
