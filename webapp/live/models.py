"""Rooms, their members, what the members agreed to, and what is kept of the readings."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import User
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.interviews.models import Interview
from webapp.policy import Mode
from webapp.positions.models import Position
from webapp.questions.models import Question, QuestionSet

#: A member counts as present for so long after the live service has last noted it.
PRESENT = timedelta(seconds=15)
#: Ends the version of a text that says that interviewers see the candidate's readings during the call.
SHOWN = "+shown"
#: Seconds between two rows of a track.
TRACK_SECONDS = 3.0


class MemberRole(enum.StrEnum):
    """Who somebody is in a room."""

    HOST = "host"
    GUEST = "guest"


class LivePurpose(enum.StrEnum):
    """What a member agrees to in a room, each by itself."""

    READING = "reading"
    RECORDING = "recording"


class LiveService(Model):
    """A live service that has a name (VIVA_LIVE_NAME), where there are several: webapp/live/placement.py."""

    __tablename__ = "live_services"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: When it last noted that it lives, by the clock of the database.
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Room(Model):
    """A place to meet until ``expires_at``. An assessment room belongs to a position with a place, a practice room to
    its owner."""

    __tablename__ = "live_rooms"
    __table_args__ = (CheckConstraint("mode = 'practice' or job_id is not null", name="mode"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(160))
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    owner_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    position_id: Mapped[str | None] = mapped_column("job_id", ForeignKey(Position.id), index=True)
    #: The interview that this conversation follows, if any.
    interview_id: Mapped[str | None] = mapped_column(ForeignKey(Interview.id, ondelete="SET NULL"), index=True)
    #: What is asked, and what a good answer holds: the interviewers see it beside the call.
    question_set_id: Mapped[str | None] = mapped_column(ForeignKey(QuestionSet.id))
    #: Where what was heard in this call is scored, once somebody began to: an interview like any other.
    scored_id: Mapped[str | None] = mapped_column(ForeignKey(Interview.id, ondelete="SET NULL"), unique=True)
    #: When candidate and other systems were told that the scored interview is in: never in the middle of a call.
    scored_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Who is interviewed; empty in practice.
    candidate_name: Mapped[str] = mapped_column(String(120), default="")
    #: Part of every link's signature: a new number ends all links that were given out.
    link_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The LiveService in which people meet, where there are several.
    served_by: Mapped[str | None] = mapped_column(String(32))

    owner: Mapped[User] = relationship()
    position: Mapped[Position | None] = relationship()
    interview: Mapped[Interview | None] = relationship(foreign_keys=[interview_id])
    question_set: Mapped[QuestionSet | None] = relationship()
    scored: Mapped[Interview | None] = relationship(foreign_keys=[scored_id])
    members: Mapped[list[Member]] = relationship(
        back_populates="room", order_by="Member.joined_at", cascade="all, delete-orphan"
    )

    @property
    def country(self) -> str | None:
        return self.position.country if self.position else None

    @property
    def place(self) -> str | None:
        """The code of the position's place; None in practice."""
        return self.position.place if self.position else None

    @property
    def organisation_id(self) -> str | None:
        """The position's organisation; None in practice."""
        return self.position.organisation_id if self.position else None

    @property
    def candidate_place(self) -> str:
        """Where the candidate lives, as the interview that this follows has it."""
        return self.interview.candidate_place if self.interview else ""

    @property
    def law_then(self) -> dict[str, Any] | None:
        """What the law said when the consents of the interview were given; None without one."""
        return self.interview.law_then if self.interview else None

    @property
    def told_on(self) -> date | None:
        """The day on which the candidate was told what is analysed."""
        return self.interview.told_on if self.interview else None

    @property
    def signed(self) -> frozenset[str]:
        """What the candidate signed for the interview that this follows."""
        return self.interview.signed if self.interview else frozenset()

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.expires_at > now()

    @property
    def candidate(self) -> Member | None:
        """The member who is interviewed here."""
        return next((member for member in self.members if member.is_candidate), None)


class Member(Model):
    """A person in a room: its host, the candidate, or a guest who came by the link."""

    __tablename__ = "live_members"
    __table_args__ = (UniqueConstraint("room_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    room_id: Mapped[str] = mapped_column(ForeignKey(Room.id, ondelete="CASCADE"), index=True)
    #: The account of somebody who was signed in; guests need none.
    user_id: Mapped[str | None] = mapped_column(ForeignKey(User.id), index=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[MemberRole] = mapped_column(enum_type(MemberRole), default=MemberRole.GUEST)
    is_candidate: Mapped[bool] = mapped_column(default=False)
    #: Where this person's own side is recorded: an interview like any other, with consents of its own.
    interview_id: Mapped[str | None] = mapped_column(ForeignKey(Interview.id, ondelete="SET NULL"), index=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the live service last saw this person connected; None once they left.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    room: Mapped[Room] = relationship(back_populates="members")
    user: Mapped[User | None] = relationship()
    interview: Mapped[Interview | None] = relationship()
    consents: Mapped[list[LiveConsent]] = relationship(
        back_populates="member", order_by="LiveConsent.number", cascade="all, delete-orphan"
    )
    track: Mapped[Track | None] = relationship(back_populates="member", cascade="all, delete-orphan")

    def agreed(self, purpose: LivePurpose) -> bool:
        """Whether the latest word of this person on ``purpose`` was yes."""
        said = self.answer_to(purpose)
        return said is not None and said.granted

    def answer_to(self, purpose: LivePurpose) -> LiveConsent | None:
        """The latest word of this person on ``purpose``."""
        return next((consent for consent in reversed(self.consents) if consent.purpose is purpose), None)

    @property
    def reading(self) -> bool:
        return self.agreed(LivePurpose.READING)

    @property
    def is_present(self) -> bool:
        return self.removed_at is None and self.seen_at is not None and self.seen_at > now() - PRESENT


class LiveConsent(Model):
    """One answer to one purpose in one version of its text. Rows are only ever added; the latest counts."""

    __tablename__ = "live_consents"
    __table_args__ = (UniqueConstraint("member_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    member_id: Mapped[str] = mapped_column(ForeignKey(Member.id, ondelete="CASCADE"), index=True)
    #: From 1: the order in which they were given, whatever the clocks of two processes say.
    number: Mapped[int]
    purpose: Mapped[LivePurpose] = mapped_column(enum_type(LivePurpose))
    granted: Mapped[bool]
    #: Which version of the text was shown (webapp/live/consent_texts.py).
    text_version: Mapped[str] = mapped_column(String(32))
    #: The language that it was shown in, as webapp/core/translation.py names it.
    text_language: Mapped[str] = mapped_column(String(16), default="en", server_default="en")
    #: SHA-256 of what was shown, and the language in which it binds (webapp/binding); empty in rows of before.
    text_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    text_binding: Mapped[str] = mapped_column(String(16), default="", server_default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: From where: a network address; empty where no request was involved.
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")

    member: Mapped[Member] = relationship(back_populates="consents")


class Track(Model):
    """What is kept of a member's live readings: one row of numbers every few seconds, never a picture or a sound."""

    __tablename__ = "live_tracks"

    member_id: Mapped[str] = mapped_column(ForeignKey(Member.id, ondelete="CASCADE"), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: Rows of ``[seconds since began_at, emotion or null, confidence 0..1 or null, valence -1..1 or null]``.
    rows: Mapped[list[Any]] = mapped_column(JSON, default=list)

    member: Mapped[Member] = relationship(back_populates="track")


class LiveNote(Model):
    """What an interviewer wrote down during a call; nobody else ever sees it."""

    __tablename__ = "live_notes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    room_id: Mapped[str] = mapped_column(ForeignKey(Room.id, ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id), index=True)
    #: The question that it is about, if one was chosen.
    question_id: Mapped[str | None] = mapped_column(ForeignKey(Question.id))
    #: Seconds since the candidate joined, or else since the room was made.
    at_seconds: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    question: Mapped[Question | None] = relationship()
