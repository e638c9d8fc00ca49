"""What people said of themselves, sealed and under a token that leads to nobody without the key; and reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation


class SelfIdentification(Model):
    """One person's answer. No time and no id of anything: only webapp/fairness/sealing.py finds whose it is."""

    __tablename__ = "self_identifications"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: 16 hexadecimal digits, new with every answer, and the two answers sealed with them.
    nonce: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[str] = mapped_column(String(8))


class BiasReport(OfOrganisation, Model):
    """Selection and scoring by group over a time: numbers alone, as they were when it was made."""

    __tablename__ = "bias_reports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: Who asked for it; None where the clock did.
    by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    scheduled: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: webapp/fairness/report.py, ``body``.
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
