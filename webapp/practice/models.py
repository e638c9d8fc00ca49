"""Who practises without an account, and what an organisation says of practice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation, User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Invitation


class PracticeError(ValueError):
    """This cannot be practised now; the message is for a person."""


class PracticeGuest(OfOrganisation, Model):
    """Somebody who practises for a few days, then is forgotten with everything they recorded.

    They came by an invitation, and practise in one browser, or by a link that went to their address (PracticeLink).
    Their account signs in by nothing but this row, and belongs to no organisation: nobody who hires sees it.
    """

    __tablename__ = "practice_guests"
    __table_args__ = (UniqueConstraint("invitation_id", "browser"), UniqueConstraint("organisation_id", "address"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True)
    #: By which invitation they came; None: by mail.
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: SHA-256 of the secret of the browser in which they practise: the link alone shows nobody what was recorded.
    #: Empty for those who came by mail: each new link to the same address leads back to the same practice.
    browser: Mapped[str] = mapped_column(String(64))
    #: The mark of the address by which they came (links.py); None: by an invitation.
    address: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When everything of it is erased.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    user: Mapped[User] = relationship()
    invitation: Mapped[Invitation | None] = relationship()


class PracticeLink(OfOrganisation, Model):
    """A link that was asked for by mail. Goes when its time is over, or with whoever used it."""

    __tablename__ = "practice_links"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: SHA-256 of what the link holds.
    token: Mapped[str] = mapped_column(String(64), unique=True)
    #: A mark of the address that only this installation can make.
    address: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PracticeSettings(OfOrganisation, Model):
    """One row for each organisation that has said anything about practice."""

    __tablename__ = "practice_settings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), unique=True)
    #: The question set that is practised with, whichever of its versions is published; None: Viva's own questions.
    lineage: Mapped[str | None] = mapped_column(String(32))
    #: Whether whoever enters an address may practise.
    by_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
