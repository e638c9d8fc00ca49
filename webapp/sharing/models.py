"""Links by which guests review: for one address, for some interviews of a position, for a while."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation
from webapp.interviews.models import Answer, Interview
from webapp.positions.models import Position


class Share(OfOrganisation, Model):
    """One guest's link. It carries a signature of the id; the code that binds it is kept as a hash."""

    __tablename__ = "shares"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    position_id: Mapped[str] = mapped_column(ForeignKey(Position.id), index=True)
    #: The guest, an account that cannot sign in: scorecards carry its name.
    guest_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: Lower case: the address that the link is bound to, as it was typed for this share.
    email: Mapped[str] = mapped_column(String(254))
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether the guest may see what models read, once their own scorecard is in.
    with_analyses: Mapped[bool] = mapped_column(default=False)
    #: Ids of questions that the guest neither sees nor hears.
    hidden_questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    #: HMAC of the one-time code, until it was used; and how often a wrong one was given.
    code_hash: Mapped[str | None] = mapped_column(String(64))
    wrong_codes: Mapped[int] = mapped_column(default=0)
    #: SHA-256 of the secret of the browser that gave the code; another browser needs a new code.
    browser: Mapped[str | None] = mapped_column(String(64))
    bound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    position: Mapped[Position] = relationship()
    guest: Mapped[User] = relationship(foreign_keys=[guest_id])
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    interviews: Mapped[list[Interview]] = relationship(
        secondary="shared_interviews", order_by=(Interview.submitted_at, Interview.id)
    )
    events: Mapped[list[ShareEvent]] = relationship(
        back_populates="share", order_by="ShareEvent.at", cascade="all, delete-orphan"
    )

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()


class SharedInterview(Model):
    """An interview that a guest may review."""

    __tablename__ = "shared_interviews"

    share_id: Mapped[str] = mapped_column(ForeignKey(Share.id, ondelete="CASCADE"), primary_key=True)
    interview_id: Mapped[str] = mapped_column(
        ForeignKey(Interview.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class ShareAct(enum.StrEnum):
    """What a guest did."""

    BOUND = "bound"
    WRONG_CODE = "wrong_code"
    OPENED = "opened"
    PLAYED = "played"
    SCORED = "scored"


class ShareEvent(Model):
    """One thing that a guest did, when and from where. Rows are only added."""

    __tablename__ = "share_events"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    share_id: Mapped[str] = mapped_column(ForeignKey(Share.id, ondelete="CASCADE"), index=True)
    act: Mapped[ShareAct] = mapped_column(enum_type(ShareAct))
    answer_id: Mapped[str | None] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: A network address.
    address: Mapped[str] = mapped_column(String(64), default="")

    share: Mapped[Share] = relationship(back_populates="events")
