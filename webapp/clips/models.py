"""Clips of an organisation, each with its captions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ml.transcripts.transcript import Transcript as Words
from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation


class ClipState(enum.StrEnum):
    """``ready`` is said only when the file has been decoded to its end."""

    CHECKING = "checking"
    READY = "ready"
    REJECTED = "rejected"


class CaptionState(enum.StrEnum):
    """Where the captions of a clip stand."""

    #: A program is to write them down.
    WAITING = "waiting"
    #: Nobody wrote any: no speech was heard, or there is no recogniser.
    MISSING = "missing"
    #: Written by a program; nobody has read them.
    UNREAD = "unread"
    #: A person has read, written or uploaded them, or said that nothing is spoken.
    CHECKED = "checked"


class Clip(OfOrganisation, Model):
    """A video or sound of a few minutes. Its file is ``clips/<id>.<suffix>``; what came, ``clipsources/<id>.bin``."""

    __tablename__ = "clips"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    state: Mapped[ClipState] = mapped_column(enum_type(ClipState), default=ClipState.CHECKING)
    has_video: Mapped[bool | None]
    seconds: Mapped[float | None]
    #: Of the file, once it is ready: "webm" or "mp4".
    suffix: Mapped[str] = mapped_column(String(5), default="")
    #: Why it was rejected, in words.
    reason: Mapped[str | None] = mapped_column(String(500))
    caption_state: Mapped[CaptionState] = mapped_column(enum_type(CaptionState), default=CaptionState.WAITING)
    #: ml.transcripts.Transcript as JSON.
    captions: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: Who recorded or uploaded it: whose face and voice it usually is.
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))

    created_by: Mapped[User] = relationship()

    @property
    def words(self) -> Words | None:
        """The captions' words with their times."""
        return Words.from_json(self.captions) if self.captions else None

    @property
    def is_shown(self) -> bool:
        """Whether candidates see it: a file that plays, with captions that a person has read."""
        return self.state is ClipState.READY and self.caption_state is CaptionState.CHECKED

    @property
    def is_seen(self) -> bool:
        """Whether candidates see a picture in it, as sign language needs."""
        return self.is_shown and bool(self.has_video)

    @property
    def key(self) -> str:
        """Where the file lies in storage, once it is ready."""
        return f"clips/{self.id}.{self.suffix}"

    @property
    def source_key(self) -> str:
        """Where the bytes lie as they came, until they were checked."""
        return f"clipsources/{self.id}.bin"
