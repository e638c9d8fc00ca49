"""Who else says who somebody is: identity providers, and the directory that keeps an organisation's accounts."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.organisations.models import Team


class Protocol(enum.StrEnum):
    """What a provider speaks."""

    OIDC = "oidc"
    SAML = "saml"


class Provider(OfOrganisation, Model):
    """Where an organisation's people sign in with the account that they have there."""

    __tablename__ = "identity_providers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    protocol: Mapped[Protocol] = mapped_column(enum_type(Protocol))
    #: What the button on the sign-in page calls it.
    name: Mapped[str] = mapped_column(String(80))
    #: The issuer (OpenID Connect) or the entity id (SAML): who signs, word for word.
    issuer: Mapped[str] = mapped_column(String(500))
    #: What we are called there (OpenID Connect), and our secret, sealed; empty for a public client.
    client_id: Mapped[str] = mapped_column(String(255), default="")
    client_secret: Mapped[str] = mapped_column(Text, default="")
    #: Where people are sent, and the certificates that may have signed, in PEM (SAML).
    sign_in_url: Mapped[str] = mapped_column(String(500), default="")
    certificates: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: Whether somebody whom we do not know gets an account.
    creates_accounts: Mapped[bool] = mapped_column(default=False)
    #: Whether it asks for a second step, so that we do not.
    has_second_step: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Identity(Model):
    """Somebody's account at a provider, which opens theirs here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider_id", "subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    provider_id: Mapped[str] = mapped_column(ForeignKey(Provider.id, ondelete="CASCADE"))
    #: What the provider calls the account: never given to another one, unlike an address.
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    provider: Mapped[Provider] = relationship()
    user: Mapped[User] = relationship()


class DirectoryToken(OfOrganisation, Model):
    """What a directory shows to keep an organisation's accounts by SCIM. Only its hash is stored."""

    __tablename__ = "directory_tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DirectoryEntry(OfOrganisation, Model):
    """What a directory knows about an account that it keeps."""

    __tablename__ = "directory_entries"
    __table_args__ = (UniqueConstraint("organisation_id", "user_name"),)

    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    #: What the person signs in with there; lower case.
    user_name: Mapped[str] = mapped_column(String(254))
    #: The rest of what it said (scim_user.py), as SCIM writes it.
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When the directory deleted it: the account is deactivated, and the directory sees it no longer.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DirectoryGroup(OfOrganisation, Model):
    """What a directory knows about a team that it keeps as a group."""

    __tablename__ = "directory_groups"

    team_id: Mapped[str] = mapped_column(ForeignKey(Team.id, ondelete="CASCADE"), primary_key=True)
    #: What the directory calls it (SCIM's externalId).
    external_id: Mapped[str | None] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When the directory deleted it: its people left the team, the team and its positions stay.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
