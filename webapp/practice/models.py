"""Who practises without an account, and what an organisation says of practice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation, User
from webapp.core.database import Model, UtcDateTime, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Invitation


class PracticeGuest(OfOrganisation, Model):
    """Somebody who practises in one browser for a few days, then is forgotten with everything they recorded.

    Their account signs in by nothing but this row, and belongs to no organisation: nobody who hires sees it.
    """

    __tablename__ = "practice_guests"
    __table_args__ = (UniqueConstraint("invitation_id", "browser"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True)
    #: By which invitation they came.
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: SHA-256 of the secret of the browser in which they practise: the link alone shows nobody what was recorded.
    browser: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When everything of it is erased.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    user: Mapped[User] = relationship()
    invitation: Mapped[Invitation] = relationship()


class PracticeSettings(OfOrganisation, Model):
    """One row for each organisation that has said anything about practice."""

    __tablename__ = "practice_settings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), unique=True)
    #: The question set that is practised with, whichever of its versions is published; None: Viva's own questions.
    lineage: Mapped[str | None] = mapped_column(String(32))
