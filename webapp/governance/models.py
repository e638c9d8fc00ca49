"""The audit log: rows that hang together by their hashes, and beside them what is erased sooner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, UtcDateTime

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
