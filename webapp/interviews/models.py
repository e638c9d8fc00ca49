"""Invitations, interviews, consents, answers and takes."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, FetchedValue, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisation, OfOrganisationOrAll
from webapp.core.virus_scan import Scan
from webapp.policy import Mode, Purpose
from webapp.positions.models import Position, ReviewState, Stage
from webapp.questions.models import Question, QuestionSet

if TYPE_CHECKING:
    from webapp.interviews.notice_models import NoticeShown, Signature
    from webapp.recordings.models import Recording


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index of the rows that ``where`` says, on both databases."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Progress(enum.StrEnum):
    """How far the interview of an invitation has come. None: nobody has begun it."""

    BEGUN = "begun"
    #: Handed in, without a report.
    SUBMITTED = "submitted"
    #: With one.
    READY = "ready"
    DECIDED = "decided"


class Outcome(enum.StrEnum):
    """What a person decides of a candidate."""

    ADVANCE = "advance"
    HOLD = "hold"
    DECLINE = "decline"


class Invitation(OfOrganisation, Model):
    """A link with a deadline. The link carries a signature of the id, so the database holds no secret."""

    __tablename__ = "invitations"
    # The list of interviews counts and sorts by these (webapp/interviews/ranks.py).
    __table_args__ = (
        Index("ix_invitations_of", "organisation_id", "job_id"),
        Index("ix_invitations_newest", "created_at", "id"),
        _partial(
            "ix_invitations_progress",
            "organisation_id",
            "progress",
            "job_id",
            "outcome",
            where="withdrawn_at is null",
        ),
        _partial(
            "ix_invitations_unanswered",
            "deadline",
            where="withdrawn_at is null and revoked_at is null and (progress is null or progress = 'begun')",
        ),
        _partial("ix_invitations_withdrawn", "organisation_id", where="withdrawn_at is not null"),
        _partial("ix_invitations_revoked", "organisation_id", where="revoked_at is not null"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    position_id: Mapped[str] = mapped_column("job_id", ForeignKey(Position.id), index=True)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the candidate withdrew from the whole process.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When somebody noted that the candidate has had an answer by another way than a message of ours.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The zone that the deadline was given in, and the language that the invitation is written in.
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    language: Mapped[str] = mapped_column(String(16), default="en", server_default="en")
    #: The language that the candidate chose; empty: that of their browser.
    chosen_language: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: For queries alone: the database keeps them (webapp/interviews/progress.py), what was loaded may be older. The
    #: outcome is that of the interview, where it is decided.
    progress: Mapped[Progress | None] = mapped_column(enum_type(Progress), server_default=FetchedValue())
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome), server_default=FetchedValue())

    position: Mapped[Position] = relationship()
    question_set: Mapped[QuestionSet] = relationship()
    created_by: Mapped[User] = relationship()
    interview: Mapped[Interview | None] = relationship(back_populates="invitation")
    attachments: Mapped[list[Attachment]] = relationship(
        back_populates="invitation", order_by="Attachment.created_at", cascade="all, delete-orphan"
    )
    notices: Mapped[list[NoticeShown]] = relationship(
        back_populates="invitation", order_by="NoticeShown.shown_at", cascade="all, delete-orphan"
    )

    @property
    def is_closed(self) -> bool:
        """Whether its link was closed: by those who sent it, or by the candidate."""
        return self.revoked_at is not None or self.withdrawn_at is not None


class InterviewState(enum.StrEnum):
    """Whether a candidate may still answer."""

    OPEN = "open"
    SUBMITTED = "submitted"


class Interview(OfOrganisationOrAll, Model):
    """One candidate's passage through one version of a question set. Practice belongs to no organisation."""

    __tablename__ = "interviews"
    __table_args__ = (
        # An assessment has an invitation and a position with a place; practice has neither and has an owner.
        CheckConstraint(
            "(mode = 'assessment' and invitation_id is not null and job_id is not null)"
            " or (mode = 'practice' and invitation_id is null and job_id is null and candidate_id is not null)",
            name="mode",
        ),
        Index("ix_interviews_review", "review_state", "submitted_at"),
        Index("ix_interviews_of", "organisation_id", "job_id", "state", "mode"),
        _partial("ix_interviews_undecided", "submitted_at", where="review_state <> 'decided'"),
        _partial("ix_interviews_submitted", "organisation_id", "submitted_at", where="state = 'submitted'"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    state: Mapped[InterviewState] = mapped_column(enum_type(InterviewState), default=InterviewState.OPEN)
    invitation_id: Mapped[str | None] = mapped_column(ForeignKey(Invitation.id), unique=True)
    position_id: Mapped[str | None] = mapped_column("job_id", ForeignKey(Position.id), index=True)
    question_set_id: Mapped[str] = mapped_column(ForeignKey(QuestionSet.id))
    #: The account of a candidate who practises; candidates with a link need none.
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey(User.id), index=True)
    candidate_name: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: SHA-256 of the secret of the browser in which it was begun (webapp/interviews/binding.py), and how often the
    #: inviter released it since.
    browser: Mapped[str | None] = mapped_column(String(64))
    released: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How far people have come with it, once it is submitted: only people, and their decisions, change this.
    review_state: Mapped[ReviewState] = mapped_column(
        enum_type(ReviewState), default=ReviewState.TO_REVIEW, server_default=ReviewState.TO_REVIEW.value
    )
    #: The decision that counts, while ``review_state`` is "decided".
    outcome: Mapped[Outcome | None] = mapped_column(enum_type(Outcome))
    #: The position's own stage that it is in, if people moved it into one.
    stage_id: Mapped[str | None] = mapped_column(ForeignKey(Stage.id, ondelete="SET NULL"), index=True)
    #: Where the candidate lives, as they said; a code of webapp/policy/codes.py, empty where they did not say.
    candidate_place: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: What the law said of each modality when its consent was given (webapp/policy/access.py).
    law_then: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: The zone and the language of the browser in which it was begun.
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    language: Mapped[str] = mapped_column(String(16), default="", server_default="")

    invitation: Mapped[Invitation | None] = relationship(back_populates="interview")
    position: Mapped[Position | None] = relationship()
    question_set: Mapped[QuestionSet] = relationship()
    candidate: Mapped[User | None] = relationship()
    stage: Mapped[Stage | None] = relationship()
    consents: Mapped[list[Consent]] = relationship(
        back_populates="interview", order_by="Consent.decided_at", cascade="all, delete-orphan"
    )
    answers: Mapped[list[Answer]] = relationship(back_populates="interview", cascade="all, delete-orphan")
    signatures: Mapped[list[Signature]] = relationship(
        back_populates="interview", order_by="Signature.signed_at", cascade="all, delete-orphan"
    )

    @property
    def country(self) -> str | None:
        return self.position.country if self.position else None

    @property
    def place(self) -> str | None:
        """The code of the position's place; None in practice."""
        return self.position.place if self.position else None

    @property
    def told_on(self) -> date | None:
        """The day (UTC) on which the candidate was first told what is analysed; None where no notice reached them."""
        shown = self.invitation.notices if self.invitation else []
        returned = [each.shown_at for each in shown if each.way == "returned"]
        reached = [
            each.shown_at
            for each in shown
            if each.way == "page" or (each.way == "mail" and not any(moment >= each.shown_at for moment in returned))
        ]
        return min(reached).date() if reached else None

    @property
    def signed(self) -> frozenset[str]:
        """What the candidate signed and has not taken back since: ``release``, ``waiver``."""
        return frozenset(each.kind.value for each in self.signatures if each.is_valid)

    @property
    def questions(self) -> list[Question]:
        """What this candidate is asked, in order: the set's questions, then the follow-ups that were asked of them."""
        asked = [answer.question for answer in self.answers if answer.question.follows_id is not None]
        return [*self.question_set.questions, *sorted(asked, key=lambda question: question.position)]

    @property
    def consented(self) -> frozenset[Purpose]:
        """The purposes to which the latest word of the candidate was yes."""
        latest = {consent.purpose: consent.granted for consent in self.consents}
        return frozenset(purpose for purpose, granted in latest.items() if granted)


class Consent(Model):
    """One answer to one purpose in one version of its text. Rows are only ever added; the latest counts."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose))
    granted: Mapped[bool]
    #: Which version of the text was shown (webapp/candidate/consent_texts.py).
    text_version: Mapped[str] = mapped_column(String(32))
    #: The language that it was shown in, as webapp/core/translation.py names it.
    text_language: Mapped[str] = mapped_column(String(16), default="en", server_default="en")
    #: SHA-256 of what was shown, and the language in which it binds (webapp/binding); empty in rows of before.
    text_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    text_binding: Mapped[str] = mapped_column(String(16), default="", server_default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: From where: a network address, and the first 16 digits of the hash of the browser's secret or of the account's
    #: session; empty where no browser was involved.
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")

    interview: Mapped[Interview] = relationship(back_populates="consents")


class LinkCode(Model):
    """A code by which a candidate proves in another browser that they are who was invited. The code is not stored: it
    is made of the row's id and the installation's secret (webapp/interviews/binding.py)."""

    __tablename__ = "link_codes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: How often something was entered for it.
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    interview: Mapped[Interview] = relationship()


class RequestKind(enum.StrEnum):
    """What a candidate asks for."""

    FORMAT = "format"
    TIME = "time"
    PERSON = "person"
    #: About their own data: to a person, or done at once and kept as a receipt (webapp/own_data).
    OBJECTION = "objection"
    ERASURE = "erasure"
    CORRECTION = "correction"
    COPY = "copy"


class CandidateRequest(Model):
    """What a candidate asks of the people who invited them, or did with their own data: a receipt for both."""

    __tablename__ = "candidate_requests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    kind: Mapped[RequestKind] = mapped_column(enum_type(RequestKind))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: By when a person has to answer; None where nothing says so.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When it was settled, and what was answered; an empty text where nothing was written.
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")

    invitation: Mapped[Invitation] = relationship()


class Answer(Model):
    """What a candidate gave to one question: written text, or takes of which one is kept."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("interview_id", "question_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    question_id: Mapped[str] = mapped_column(ForeignKey(Question.id))
    text: Mapped[str | None] = mapped_column(Text)
    text_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the question was first shown: the think time runs from here, across reloads.
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The language that is spoken in the recording (ISO 639), where a person said which; else a program tells it.
    spoken_language: Mapped[str | None] = mapped_column(String(8))
    #: When the candidate last took back what they had recorded here; None where they never did.
    recording_withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    interview: Mapped[Interview] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
    takes: Mapped[list[Take]] = relationship(
        back_populates="answer", order_by="Take.number", cascade="all, delete-orphan"
    )

    @property
    def written(self) -> str | None:
        """The words that were written, beside a recording or instead of it; None where there are none."""
        return self.text if (self.text or "").strip() else None

    @property
    def is_given(self) -> bool:
        """Whether there is something to submit: a stored take or written words."""
        return self.kept_take is not None or self.written is not None

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the candidate withdrew the recording of this answer, unless they have recorded another since."""
        return None if self.kept_take else self.recording_withdrawn_at

    @property
    def kept_take(self) -> Take | None:
        """The take that will be reviewed: the chosen one, else the newest of those that are safely stored.

        One that was cut short or made by accident never takes a complete one's place by itself.
        """
        stored = [take for take in self.takes if take.recording and take.recording.is_ready]
        if not stored:
            return None
        chosen = next((take for take in stored if take.kept), None)
        return chosen or max(stored, key=lambda take: (take.is_long_enough, not take.is_cut_short, take.number))


#: Shorter than this (seconds) a take may have been made by accident.
ACCIDENT = 3.0


class Take(Model):
    """One recording of an answer."""

    __tablename__ = "takes"
    __table_args__ = (UniqueConstraint("answer_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    #: From 1.
    number: Mapped[int]
    #: Whether the candidate chose this take over the others.
    kept: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    answer: Mapped[Answer] = relationship(back_populates="takes")
    recording: Mapped[Recording | None] = relationship(back_populates="take", cascade="all, delete-orphan")

    @property
    def is_cut_short(self) -> bool:
        """Whether the recorder broke off: a crash, a reload, a device that was unplugged."""
        return self.recording is not None and self.recording.interrupted

    @property
    def is_long_enough(self) -> bool:
        """Whether it is more than a slip of the finger."""
        return self.recording is not None and (self.recording.seconds or 0.0) >= ACCIDENT


class StageMove(Model):
    """One move of one candidate by a person, in words as they were then: the history of an interview."""

    __tablename__ = "stage_moves"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    interview_id: Mapped[str] = mapped_column(ForeignKey(Interview.id, ondelete="CASCADE"), index=True)
    before: Mapped[str] = mapped_column(String(60))
    after: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    by: Mapped[User] = relationship()


class Attachment(Model):
    """A file that belongs to an invitation: a CV, a letter, a portfolio. Its bytes are in the storage."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("bytes > 0", name="bytes"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    invitation_id: Mapped[str] = mapped_column(ForeignKey(Invitation.id, ondelete="CASCADE"), index=True)
    #: As it was called where it came from, without a path.
    name: Mapped[str] = mapped_column(String(160))
    #: What its content is, whatever its name says.
    media_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    #: Who added it; None where the candidate did, as the answer to a question.
    added_by_id: Mapped[str | None] = mapped_column(ForeignKey(User.id))
    answer_id: Mapped[str | None] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"), index=True)
    #: What the virus scanner said (webapp/core/virus_scan.py).
    scan: Mapped[Scan] = mapped_column(enum_type(Scan), default=Scan.UNSCANNED, server_default=Scan.UNSCANNED.value)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    invitation: Mapped[Invitation] = relationship(back_populates="attachments")
    added_by: Mapped[User | None] = relationship()

    @property
    def key(self) -> str:
        """Where the storage keeps it."""
        return f"attachments/{self.id}.bin"


class SavedView(Model):
    """Filters of the list of interviews under a name, for the person who saved them."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    #: The query of the address, as the list reads it.
    query: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
