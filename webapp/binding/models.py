"""Which translations of texts that people agree to an organisation has confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation


class ConfirmedTranslation(OfOrganisation, Model):
    """That somebody read a translation beside the English text and confirmed it; of these very words, and no others."""

    __tablename__ = "confirmed_translations"
    __table_args__ = (UniqueConstraint("organisation_id", "text", "language", "digest"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: Which text (texts.py), in which language and version, and the SHA-256 of its words.
    text: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    confirmed_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))

    confirmed_by: Mapped[User] = relationship()
