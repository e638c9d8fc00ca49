"""What admins put on record for the policy: attestations that widen it, bias audits that it asks for, and which model
versions are switched on."""

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


#: In the place of a version: the analysis is off. Empty: the newest version there is.
OFF, NEWEST = "off", ""


class ModelSwitch(OfOrganisationOrAll, Model):
    """Which version of a modality's model an organisation uses, or (without one) the whole installation. Rows are only
    added; the newest counts."""

    __tablename__ = "model_switches"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    modality: Mapped[Modality] = mapped_column(enum_type(Modality))
    #: A version, OFF or NEWEST.
    version: Mapped[str] = mapped_column(String(60))
    #: None where it was done by a command on the machine itself.
    by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    switched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    by: Mapped[User | None] = relationship()
