"""Keys of the REST API, and requests that must not be done twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation


class ApiKey(OfOrganisation, Model):
    """A key by which a program acts for a person, within scopes and until a day. Its secret is shown once and kept as a
    hash: 256 random bits need no slow one."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(120))
    #: Who does what it does: their role and teams hold, and the log names them.
    person_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: SHA-256 of the whole key, and its first characters by which people tell keys apart.
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    begins_with: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: To some minutes.
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])

    @property
    def is_valid(self) -> bool:
        """Whether it opens anything: neither revoked nor expired, and its person still works here."""
        alive = self.revoked_at is None and self.expires_at > now()
        works_here = self.person.active and self.person.organisation_id == self.organisation_id
        return alive and works_here and self.person.role.is_staff


class IdempotentRequest(Model):
    """What a request with an Idempotency-Key did, written in the transaction that did it. Ids alone: when it comes
    again, the answer is made anew from the rows."""

    __tablename__ = "api_idempotent_requests"
    __table_args__ = (UniqueConstraint("key_id", "value"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    key_id: Mapped[str] = mapped_column(ForeignKey(ApiKey.id, ondelete="CASCADE"))
    #: SHA-256 of what the client sent as its key, and of method, address and body.
    value: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    #: Names of models and ids of the rows that were answered with; None for an answer without a body.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
