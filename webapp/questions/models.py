"""Question sets: drafts that are published once and then stay what they were."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.clips.models import Clip
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisationOrAll


class SetState(enum.StrEnum):
    """Whether a question set may be changed, used, or neither."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class QuestionKind(enum.StrEnum):
    """How a question is answered."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    CODE = "code"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"


#: Kinds whose answer is chosen, entered or uploaded, not said or written.
GIVEN = frozenset(
    {QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.FILE}
)


class Beforehand(enum.StrEnum):
    """What candidates read of the questions before they begin."""

    NOTHING = "nothing"
    THEMES = "themes"
    QUESTIONS = "questions"


class QuestionSet(OfOrganisationOrAll, Model):
    """One version of a question set. Only a draft can change; all versions of a set share ``lineage``.

    The sets that Viva makes itself belong to no organisation.
    """

    __tablename__ = "question_sets"
    __table_args__ = (UniqueConstraint("lineage", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    lineage: Mapped[str] = mapped_column(String(32), default=new_id, index=True)
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(160))
    #: Shown to the candidate before the first question.
    introduction: Mapped[str] = mapped_column(Text, default="")
    beforehand: Mapped[Beforehand] = mapped_column(
        enum_type(Beforehand), default=Beforehand.NOTHING, server_default=Beforehand.NOTHING.value
    )
    #: Whether a video or sound file that a candidate has already may stand in place of a recording.
    existing_files: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[SetState] = mapped_column(enum_type(SetState), default=SetState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id))

    created_by: Mapped[User] = relationship()
    #: What everybody is asked; follow-ups are apart.
    questions: Mapped[list[Question]] = relationship(
        back_populates="question_set",
        primaryjoin="and_(QuestionSet.id == Question.question_set_id, Question.follows_id.is_(None))",
        order_by="Question.position",
        cascade="all, delete-orphan",
    )
    #: Made of the questions' ``follow_ups`` when the set is published; positions go on after those of the questions.
    follow_ups: Mapped[list[Question]] = relationship(
        primaryjoin="and_(QuestionSet.id == Question.question_set_id, Question.follows_id.is_not(None))",
        order_by="Question.position",
        cascade="all, delete-orphan",
        overlaps="questions,question_set",
    )


class Question(Model):
    """One question. Times are in seconds."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("think_seconds between 0 and 600", name="think_seconds"),
        CheckConstraint("limit_seconds between 10 and 3600", name="limit_seconds"),
        CheckConstraint("takes_allowed between 1 and 20", name="takes_allowed"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id, ondelete="CASCADE"), index=True)
    #: From 1, without gaps.
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_type(QuestionKind))
    prompt: Mapped[str] = mapped_column(Text)
    think_seconds: Mapped[int] = mapped_column(default=30)
    limit_seconds: Mapped[int] = mapped_column(default=120)
    takes_allowed: Mapped[int] = mapped_column(default=3)
    #: What a good answer holds; for people who review, never shown to the candidate.
    rubric: Mapped[str] = mapped_column(Text, default="")
    #: The scoring guide (webapp/questions/guide.py: ScoringGuide as JSON); None where ``rubric`` is all there is.
    guide: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: What the question is about, in a few words, for candidates who are told the themes beforehand.
    theme: Mapped[str] = mapped_column(String(120), default="", server_default="")
    #: What may be given and what is wanted (webapp/questions/given.py: Settings as JSON), or a code's language.
    settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Follow-ups that may be asked, one a line: point of evidence, " = ", question.
    follow_ups: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Of a follow-up: the question whose answer it may follow, and the point of evidence that it is about.
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    follows_point: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: The question asked in a video or by voice, beside its words; the words always stand there.
    clip_id: Mapped[str | None] = mapped_column(ForeignKey(Clip.id, ondelete="SET NULL"), index=True)
    #: The question's words in sign language, beside them, and which sign language that is (a name).
    sign_clip_id: Mapped[str | None] = mapped_column(ForeignKey(Clip.id, ondelete="SET NULL"), index=True)
    sign_language: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: The version in the library that it was taken from, if it was.
    library_item_id: Mapped[str | None] = mapped_column(String(32))

    question_set: Mapped[QuestionSet] = relationship(back_populates="questions", overlaps="follow_ups")
    follows: Mapped[Question | None] = relationship(remote_side=[id])
    clip: Mapped[Clip | None] = relationship(foreign_keys=clip_id)
    sign_clip: Mapped[Clip | None] = relationship(foreign_keys=sign_clip_id)

    @property
    def signed(self) -> Clip | None:
        """What candidates see of the question in sign language; None where there is nothing yet."""
        return self.sign_clip if self.sign_clip and self.sign_clip.is_seen else None

    @property
    def is_recorded(self) -> bool:
        return self.kind in (QuestionKind.VIDEO, QuestionKind.AUDIO)

    @property
    def is_given(self) -> bool:
        """Whether it is answered by choosing, a number, a date or a file."""
        return self.kind in GIVEN
