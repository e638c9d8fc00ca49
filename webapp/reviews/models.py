"""Scorecards, verdicts on rubric points, decisions: what people say, with who and when."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Answer, Interview, Outcome
from webapp.questions.guide import WHOLE
from webapp.questions.models import Question

__all__ = [
    "AnswerOpening",
    "Approval",
    "Decision",
    "DecisionState",
    "Outcome",
    "PointVerdict",
    "Rating",
    "ReviewRequest",
    "Scorecard",
    "ScorecardState",
    "Verdict",
]


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


class DecisionState(enum.StrEnum):
    """Whether a decision counts: one that needs approval counts once everybody has approved it."""

    PROPOSED = "proposed"
    FINAL = "final"
    RETURNED = "returned"


class Decision(Model):
    """What a person decided, and why. Rows are only added; the latest final one counts. No task ever makes one."""

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[DecisionState] = mapped_column(
        enum_type(DecisionState), default=DecisionState.FINAL, server_default=DecisionState.FINAL.value
    )
    #: When it began to count; None while it does not, and for decisions from before approvals were kept.
    final_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the candidate was told of it: by a letter that went out, or by a person who says so.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The decision in whose place it came; that one stays as it was.
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"))
    #: What was known, by which versions (webapp/reviews/decision_record.py); None for decisions from before.
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    interview: Mapped[Interview] = relationship()
    by: Mapped[User] = relationship()
    supersedes: Mapped[Decision | None] = relationship(remote_side=[id])
    approvals: Mapped[list[Approval]] = relationship(
        back_populates="decision", order_by="Approval.given_at", cascade="all, delete-orphan"
    )
    #: Requests of the candidate that contest it.
    requests: Mapped[list[ReviewRequest]] = relationship(
        back_populates="decision", foreign_keys="ReviewRequest.decision_id"
    )


class Approval(Model):
    """A second person's word on a decision."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("decision_id", "by_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    decision_id: Mapped[str] = mapped_column(ForeignKey(Decision.id, ondelete="CASCADE"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    approved: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    decision: Mapped[Decision] = relationship(back_populates="approvals")
    by: Mapped[User] = relationship()


class ReviewRequest(Model):
    """A candidate's request that another person look again at a decision; it has to be answered by ``due_at``."""

    __tablename__ = "review_requests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    #: The decision that is contested, and the one that answered it.
    decision_id: Mapped[str] = mapped_column(ForeignKey(Decision.id))
    answered_by_id: Mapped[str | None] = mapped_column(ForeignKey(Decision.id))
    #: What the candidate says, in their own words; may be empty.
    words: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    interview: Mapped[Interview] = relationship()
    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id], back_populates="requests")
    answered_by: Mapped[Decision | None] = relationship(foreign_keys=[answered_by_id])
