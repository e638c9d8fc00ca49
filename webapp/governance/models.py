"""The audit log, whose rows hang together by their hashes; erasures, legal holds and how long what is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.personal_data import Kept
from webapp.core.scoping import OfOrganisationOrAll, OfOrganisationOrNobody
from webapp.interviews.models import Interview

#: SQLite counts its own rows by INTEGER alone.
_Number = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Model):
    """Who did what to whom, when. Rows are only added (webapp/governance/chain.py); each holds the hash of the one
    before. Only ids, never names, addresses or what people said."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_seen", "actor_id", "subject_id", "action", "at"),
        Index("ix_audit_log_interview_id", "interview_id"),
        Index("ix_audit_log_at", "at"),
    )

    #: From 1, without gaps.
    number: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: What was done, in the words of webapp/governance/actions.py.
    action: Mapped[str] = mapped_column(String(60))
    #: ``person`` (somebody with an account), ``candidate``, or ``system``.
    actor_kind: Mapped[str] = mapped_column(String(16))
    #: The person's id, or the interview's for a candidate; empty for the system and for strangers.
    actor_id: Mapped[str] = mapped_column(String(32))
    #: What it was done to, such as ``answer``, and its id.
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(32))
    #: The interview that it was about; empty where it was about none.
    interview_id: Mapped[str] = mapped_column(String(32))
    #: More facts: JSON, ids and words of ours.
    facts: Mapped[str] = mapped_column(Text)
    #: HMAC-SHA256 of the network address, with the installation's secret; empty where there was none.
    address_hash: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    #: SHA-256 of all of the above.
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Model):
    """The last row's number and hash: one row, which writers take turns at. Makes a cut end visible."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(_Number)
    hash: Mapped[str] = mapped_column(String(64))


class AuditAddress(Model):
    """From where an entry came, kept for 90 days: erasing it leaves the chain whole."""

    __tablename__ = "audit_addresses"

    number: Mapped[int] = mapped_column(ForeignKey(AuditEntry.number), primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Erasure(OfOrganisationOrNobody, Model):
    """What was erased, or is about to be: asked by a person, or due by a clock. Ids and counts, and no name: the
    certificate, which stays."""

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: ``request`` or ``retention``.
    ground: Mapped[str] = mapped_column(String(16))
    #: Ids of interviews, invitations and accounts, as a Scope without its address.
    scope: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Classes of webapp/core/personal_data.py that go.
    kept_classes: Mapped[list[Any]] = mapped_column(JSON)
    #: Who asked; None where a clock did.
    by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When it must be done at the latest.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    #: Who else agreed, where four eyes are wanted.
    approved_by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: What went: the plan as it was carried out.
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class LegalHold(Model):
    """While it lasts, nothing of an interview is erased, by no clock and on no request."""

    __tablename__ = "legal_holds"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id), index=True)
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RetentionRule(OfOrganisationOrAll, Model):
    """How many days an organisation keeps one class of data at a place, or (empty) wherever no rule of its own says
    otherwise. A rule without an organisation holds for those that have none."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        CheckConstraint("days between 1 and 3660", name="days"),
        UniqueConstraint("organisation_id", "place", "kept"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    place: Mapped[str] = mapped_column(String(16), default="")
    kept: Mapped[Kept] = mapped_column(enum_type(Kept))
    days: Mapped[int]
    by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
