"""What an organisation tells candidates about itself, and what it offers without being asked twice."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation
from webapp.clips.models import Clip
from webapp.core.database import Model, UtcDateTime, enum_type, new_id
from webapp.core.scoping import OfOrganisation


class AiHelp(enum.StrEnum):
    """Which help of AI programs candidates may use."""

    NOT_SAID = "not_said"
    FREE = "free"
    PREPARE = "prepare"
    NONE = "none"


class EmployerPage(OfOrganisation, Model):
    """One row for each organisation that has said anything."""

    __tablename__ = "employer_pages"
    __table_args__ = (CheckConstraint("extra_time between 0 and 200", name="extra_time"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), unique=True)
    #: ``#rrggbb``, lower case; empty: Viva's own.
    colour: Mapped[str] = mapped_column(String(7), default="", server_default="")
    #: SHA-256 of the logo; empty: none. It lies at ``logos/<id>.png``.
    logo: Mapped[str] = mapped_column(String(64), default="", server_default="")
    welcome: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: A video or sound in which the organisation welcomes candidates, beside the text.
    welcome_clip_id: Mapped[str | None] = mapped_column(ForeignKey(Clip.id, ondelete="SET NULL"), index=True)
    contact_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="", server_default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    ai_help: Mapped[AiHelp] = mapped_column(
        enum_type(AiHelp), default=AiHelp.NOT_SAID, server_default=AiHelp.NOT_SAID.value
    )
    ai_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Whether candidates may ask for a conversation with a person instead, by one click.
    person_instead: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: Kinds of accommodations (webapp/interviews/accommodation_models.py) that are granted at once, by their words.
    at_once: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    #: How much longer those who are granted more time may think and answer, in per cent.
    extra_time: Mapped[int] = mapped_column(default=50, server_default="50")

    #: Since when follow-up questions are asked in assessments; None: they are not. Who began before was not told.
    follow_ups_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    welcome_clip: Mapped[Clip | None] = relationship()

    @property
    def follow_ups(self) -> bool:
        """Whether follow-up questions are asked in assessments."""
        return self.follow_ups_since is not None

    @property
    def logo_key(self) -> str:
        """Where the logo lies in storage."""
        return f"logos/{self.id}.png"
