"""Positions: what people are interviewed for, and where. The place decides which law applies.

The table keeps the name that it was made with, jobs, and so do the columns that point at it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now


class Position(Model):
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

    created_by: Mapped[User] = relationship()

    @property
    def place(self) -> str:
        """The code of the smallest place that is known: its law decides."""
        return self.region or self.country
