"""Versions of models that have served here. Rows are only added, whatever happens to the files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, UtcDateTime, new_id, now


class ModelVersionRow(Model):
    """One version of one model, as its card said when it came."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("name", "version", "sha256"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(60))
    #: Of the file that serves.
    sha256: Mapped[str] = mapped_column(String(64))
    #: The whole card: files with hashes, data, figures, licence.
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: When this installation first served it.
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
