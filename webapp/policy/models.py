"""What admins put on record for the policy: attestations that widen it, and bias audits that it asks for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisationOrAll
from webapp.policy.rules import Modality


class Attestation(OfOrganisationOrAll, Model):
    """An admin's word that an analysis is lawful in a place that Viva has not cleared, for their organisation (those of
    before: for all). Rows stay; one may end."""

    __tablename__ = "policy_attestations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    place: Mapped[str] = mapped_column(String(16), index=True)
    modality: Mapped[Modality] = mapped_column(enum_type(Modality))
    #: On what ground, in the admin's own words.
    statement: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship()


class BiasAudit(OfOrganisationOrAll, Model):
    """An independent audit that was made for a rule, of one organisation's use (those of before: of all). Rows are only
    added; the newest counts."""

    __tablename__ = "bias_audits"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: The rule that asks for it, such as us-ny-nyc-ll-144.
    rule_id: Mapped[str] = mapped_column(String(60), index=True)
    audited_on: Mapped[date] = mapped_column(Date)
    auditor: Mapped[str] = mapped_column(String(160))
    #: Where its summary can be read, and since when the tool is used.
    summary_url: Mapped[str] = mapped_column(String(500))
    first_used_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    by: Mapped[User] = relationship()
