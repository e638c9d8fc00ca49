"""What somebody proves who they are with, beside a password; and sign-ins that are under way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, new_id, now


class AuthenticatorApp(Model):
    """An app that shows six digits which change every thirty seconds (TOTP, RFC 6238). One a person."""

    __tablename__ = "authenticator_apps"

    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    #: Sealed (webapp/core/sealing.py).
    secret: Mapped[str] = mapped_column(Text)
    #: The number of the last period of thirty seconds whose code was used: no code counts twice.
    last_period: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Passkey(Model):
    """A key pair on somebody's device or in their password manager; we hold the public half (WebAuthn)."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    #: What the person calls it.
    name: Mapped[str] = mapped_column(String(80))
    #: The authenticator's own name for it, in base64url.
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    #: In COSE's form.
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: How often it was used, where the authenticator counts; goes up alone, or there are two copies.
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    #: How browsers reach it ("internal", "hybrid", "usb" …).
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Model):
    """One of ten codes on paper, each for one sign-in without the usual device. Only its hash is stored."""

    __tablename__ = "recovery_codes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PendingStep(Model):
    """Something that begins with one request and ends with another, once: the second step of a sign-in, a passkey's
    challenge, a way to an identity provider and back. The browser's session names it; what it knows stays here."""

    __tablename__ = "pending_steps"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
