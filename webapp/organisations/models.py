"""Teams, who is in them with which role, and what an organisation says of itself to candidates."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation, User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation


class TeamRole(enum.StrEnum):
    """What somebody is in a team; what that allows is in access.py."""

    OWNER = "owner"
    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    REVIEWER = "reviewer"
    OBSERVER = "observer"


class Team(OfOrganisation, Model):
    """People who hire together, and the positions that they hire for."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    #: Whether members see only what they created themselves; owners see all. So it was before there were teams.
    own_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    members: Mapped[list[Membership]] = relationship(back_populates="team", cascade="all, delete-orphan")


class Membership(Model):
    """Somebody's place in a team."""

    __tablename__ = "memberships"

    team_id: Mapped[str] = mapped_column(ForeignKey(Team.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[TeamRole] = mapped_column(enum_type(TeamRole))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    team: Mapped[Team] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class OrganisationProfile(Model):
    """What an organisation says of itself on pages for candidates; one without a row says only its name."""

    __tablename__ = "organisation_profiles"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True)
    #: Its part of the public page's address; empty: the organisation's id.
    slug: Mapped[str | None] = mapped_column(String(60), unique=True)
    #: Whom candidates ask about their data and about AI.
    contact_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="", server_default="")
    postal_address: Mapped[str] = mapped_column(Text, default="", server_default="")
    website: Mapped[str] = mapped_column(String(300), default="", server_default="")
    #: The colour of buttons and links on candidates' pages, as #rrggbb; empty: Viva's own.
    colour: Mapped[str] = mapped_column(String(7), default="", server_default="")
    #: The language for people who chose none and whose browser names none of ours; empty: English.
    language: Mapped[str] = mapped_column(String(16), default="", server_default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    organisation: Mapped[Organisation] = relationship()
