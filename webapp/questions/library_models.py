"""The library: questions and scoring guides that are written once and used in many sets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.clips.models import Clip
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisationOrAll
from webapp.questions.models import QuestionKind


class LibraryItem(OfOrganisationOrAll, Model):
    """One version of a question, or of a scoring guide without one (a template). Rows are only added: a change is a
    new version of the same ``lineage``, and sets keep what they took. Times are in seconds."""

    __tablename__ = "library_items"
    __table_args__ = (
        UniqueConstraint("lineage", "version"),
        CheckConstraint("is_template or length(prompt) > 0", name="prompt"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    lineage: Mapped[str] = mapped_column(String(32), default=new_id, index=True)
    version: Mapped[int] = mapped_column(default=1)
    #: Whether it is a scoring guide alone, to begin questions from.
    is_template: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(160))
    prompt: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[QuestionKind] = mapped_column(enum_type(QuestionKind), default=QuestionKind.VIDEO)
    think_seconds: Mapped[int] = mapped_column(default=30)
    limit_seconds: Mapped[int] = mapped_column(default=120)
    takes_allowed: Mapped[int] = mapped_column(default=3)
    rubric: Mapped[str] = mapped_column(Text, default="")
    #: The scoring guide (webapp/questions/guide.py: ScoringGuide as JSON).
    guide: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: What may be given and what is wanted, or a code's language (webapp/questions/given.py); and its follow-ups.
    settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    follow_ups: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: A clip that asks it too, and the SHA-256 of its file where it came with a file of the library.
    clip_id: Mapped[str | None] = mapped_column(ForeignKey(Clip.id, ondelete="SET NULL"), index=True)
    clip_sha256: Mapped[str | None] = mapped_column(String(64))
    #: Its words in sign language, the SHA-256 of that file, and which sign language it is (a name).
    sign_clip_id: Mapped[str | None] = mapped_column(ForeignKey(Clip.id, ondelete="SET NULL"), index=True)
    sign_clip_sha256: Mapped[str | None] = mapped_column(String(64))
    sign_language: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: Lower case, in alphabetical order.
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    #: While it is locked nobody changes it; only admins lock and unlock. Of the newest version.
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked_by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id))
    #: When it was taken out of the library.
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    clip: Mapped[Clip | None] = relationship(foreign_keys=clip_id)
    sign_clip: Mapped[Clip | None] = relationship(foreign_keys=sign_clip_id)
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    locked_by: Mapped[User | None] = relationship(foreign_keys=[locked_by_id])

    @property
    def signed(self) -> Clip | None:
        """What candidates would see of it in sign language; None where there is nothing yet."""
        return self.sign_clip if self.sign_clip and self.sign_clip.is_seen else None
