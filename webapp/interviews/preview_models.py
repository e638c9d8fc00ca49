"""What is shown of a file without opening it."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Attachment


class PreviewState(enum.StrEnum):
    """Where a preview stands."""

    WAITING = "waiting"
    READY = "ready"
    #: There can be none; ``reason`` says why.
    FAILED = "failed"


class Preview(Model):
    """A preview of a file: pictures of its first pages, or its words. Derived: it goes when the file goes.

    The picture of page ``number`` is ``previews/<id>-<number>.webp``.
    """

    __tablename__ = "previews"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    attachment_id: Mapped[str] = mapped_column(ForeignKey(Attachment.id, ondelete="CASCADE"), unique=True)
    state: Mapped[PreviewState] = mapped_column(enum_type(PreviewState), default=PreviewState.WAITING)
    #: The text on each page that is drawn; as many as there are pictures.
    texts: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    #: Of a document that is shown as words: pairs of what it is (heading, item, paragraph) and its text.
    blocks: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True))
    #: Pages that the file has.
    total: Mapped[int] = mapped_column(default=0)
    #: Whether there is more in the file than is shown.
    cut: Mapped[bool] = mapped_column(default=False)
    #: Why there is none, in words.
    reason: Mapped[str | None] = mapped_column(String(200))
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    attachment: Mapped[Attachment] = relationship()

    def key(self, number: int) -> str:
        """Where the storage keeps the picture of a page, counted from 1."""
        return picture_key(self.id, number)


def picture_key(preview_id: str, number: int) -> str:
    """Where the storage keeps the picture of page ``number`` of a preview."""
    return f"previews/{preview_id}-{number}.webp"
