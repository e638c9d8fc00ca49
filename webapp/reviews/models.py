"""Scorecards, verdicts on rubric points, decisions: what people say, with who and when."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer, Interview
from webapp.questions.guide import WHOLE
from webapp.questions.models import Question


class ScorecardState(enum.StrEnum):
    """A draft can change; what was submitted stays, and a change to it is a new version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"


class Scorecard(Model):
    """One version of one reviewer's ratings of one interview; the newest version counts."""

    __tablename__ = "scorecards"
    __table_args__ = (UniqueConstraint("interview_id", "reviewer_id", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: From 1.
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[ScorecardState] = mapped_column(enum_type(ScorecardState), default=ScorecardState.DRAFT)
    #: What the reviewer says of the interview as a whole.
    summary: Mapped[str] = mapped_column(Text, default="")
    #: Whether the reviewer had seen machine readings of this interview before this version was submitted.
    after_readings: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    interview: Mapped[Interview] = relationship()
    reviewer: Mapped[User] = relationship()
    ratings: Mapped[list[Rating]] = relationship(back_populates="scorecard", cascade="all, delete-orphan")

    def rating_of(self, question: Question, competency: str = WHOLE) -> Rating | None:
        """What was given for one competency; without naming one, for the answer as a whole."""
        found = (r for r in self.ratings if r.question_id == question.id and r.competency == competency)
        return next(found, None)


class Rating(Model):
    """One competency of one answer against its guide. ``score`` None: not rated, with a note why or without.

    The row of ``WHOLE`` holds the note on the answer, and the score of a question whose guide has no competencies.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "question_id", "competency"),
        CheckConstraint("score between 1 and 5", name="score"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    scorecard_id: Mapped[str] = mapped_column(ForeignKey(Scorecard.id, ondelete="CASCADE"), index=True)
    question_id: Mapped[str] = mapped_column(ForeignKey(Question.id))
    #: The competency's key in the question's guide (webapp/questions/guide.py).
    competency: Mapped[str] = mapped_column(String(40), default=WHOLE, server_default=WHOLE)
    #: 1..5, as the levels of the guide say, else the anchors in formatting.py.
    score: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")

    scorecard: Mapped[Scorecard] = relationship(back_populates="ratings")
    question: Mapped[Question] = relationship()


class Verdict(enum.StrEnum):
    """Whether a reviewer agrees that evidence was found."""

    CONFIRMED = "confirmed"
    STRUCK = "struck"


class PointVerdict(Model):
    """A person's word on whether an answer touches a point of its rubric. Rows are only added; the latest counts."""

    __tablename__ = "point_verdicts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    #: The point as the rubric words it.
    point: Mapped[str] = mapped_column(String(300))
    verdict: Mapped[Verdict] = mapped_column(enum_type(Verdict))
    #: Whether the machine had found the point when the person said so.
    was_found: Mapped[bool]
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    answer: Mapped[Answer] = relationship()
    by: Mapped[User] = relationship()


class AnswerOpening(Model):
    """That one person opened one answer: played a recording for a second or more, or had its words on the screen."""

    __tablename__ = "answer_openings"
    __table_args__ = (UniqueConstraint("answer_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: First and last; together with how often.
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    times: Mapped[int] = mapped_column(default=1)

    answer: Mapped[Answer] = relationship()
    user: Mapped[User] = relationship()


class Outcome(enum.StrEnum):
    """What a person decides of a candidate."""

    ADVANCE = "advance"
    HOLD = "hold"
    DECLINE = "decline"


class Decision(Model):
    """What a person decided, and why. Rows are only added; the latest counts. No task ever makes one."""

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    interview: Mapped[Interview] = relationship()
    by: Mapped[User] = relationship()
