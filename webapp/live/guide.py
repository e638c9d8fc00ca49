"""What interviewers have beside a call: the questions with their scoring guide, private notes with a time, and
afterwards a scorecard like that of any other interview. The candidate sees none of it. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.interviews.access import Right
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.live.models import LiveNote, Room
from webapp.live.operations import RoomError
from webapp.policy import Mode
from webapp.positions.access import has_right
from webapp.questions.models import QuestionSet
from webapp.reviews import operations as reviews
from webapp.reviews.models import Scorecard
from webapp.reviews.operations import Given

LONGEST_NOTE = 5_000  # characters


def may_use(user: User | AnonymousUserMixin, room: Room) -> bool:
    """Whether ``user`` may take notes in ``room`` and score what was heard: reviewers of its position's team."""
    return room.mode is Mode.ASSESSMENT and room.position is not None and has_right(user, room.position, Right.REVIEW)


def guide_of(room: Room) -> QuestionSet | None:
    """The questions of the call: those that were chosen for it, else those of the interview that it follows."""
    return room.question_set or (room.interview.question_set if room.interview else None)


def begin(room: Room) -> float:
    """Seconds since the candidate came in, or, before that, since the room was made."""
    start = room.candidate.joined_at if room.candidate else room.created_at
    return max(0.0, (now() - start).total_seconds())


def write(room: Room, user: User, text: str, question_id: str | None = None) -> LiveNote:
    """Write down a note of one's own, with the time in the call. Raises RoomError for none, and for too long a one."""
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise RoomError("note", _("Write a note of up to %(count)s characters.", count=LONGEST_NOTE))
    guide = guide_of(room)
    known = {question.id for question in guide.questions} if guide else set()
    row = LiveNote(
        room_id=room.id,
        user_id=user.id,
        text=text,
        question_id=question_id if question_id in known else None,
        at_seconds=begin(room),
    )
    db.session.add(row)
    db.session.flush()
    return row


def notes_of(room: Room, user: User) -> list[LiveNote]:
    """One's own notes, in order; never anybody else's."""
    query = sa.select(LiveNote).where(LiveNote.room_id == room.id, LiveNote.user_id == user.id)
    return list(db.session.scalars(query.order_by(LiveNote.at_seconds, LiveNote.id)))


def scored_interview(room: Room, *, by: User) -> Interview:
    """The interview in which this call is scored, made when somebody first asks: from then on it is in the position's
    queue, with blind scorecards and a decision, like one that was recorded. Others are told by ``tell_scored``.

    Raises RoomError while the candidate has not been in the call, and where there is no guide to score against.
    """
    if room.scored is not None:
        return room.scored
    guide = guide_of(room)
    if guide is None or room.position is None:
        raise RoomError("guide", _("Choose the questions of this call first."))
    if room.candidate is None:
        raise RoomError("candidate", _("The candidate has not been in this call yet."))
    before = room.interview.invitation if room.interview else None
    moment = now()
    invitation = Invitation(
        organisation_id=room.position.organisation_id,
        position=room.position,
        question_set=guide,
        name=room.candidate_name,
        email=before.email if before else "",
        deadline=moment + timedelta(minutes=1),
        created_by_id=before.created_by_id if before else room.owner_id,
    )
    interview = Interview(
        mode=Mode.ASSESSMENT,
        state=InterviewState.SUBMITTED,
        invitation=invitation,
        position=room.position,
        question_set=guide,
        candidate_name=room.candidate_name,
        organisation_id=room.position.organisation_id,
        started_at=room.candidate.joined_at,
        submitted_at=moment,
    )
    room.scored = interview
    db.session.add_all([invitation, interview])
    try:
        with db.session.begin_nested():
            db.session.flush()
    except sa.exc.IntegrityError:
        raise RoomError("twice", _("Someone has just begun to score this call. Try again.")) from None
    record("live interview scored", room=room.id, interview=interview.id, by=by.id)
    return interview


def tell_scored(room: Room) -> None:
    """Tell candidate and other systems, once, that the interview of this call is in; not in the middle of the call."""
    if room.scored is None or room.scored_told_at is not None:
        return
    room.scored_told_at = now()
    db.session.flush()
    events.send(events.interview_submitted, interview_id=room.scored.id)
    events.send(events.analyses_finished, interview_id=room.scored.id)  # there is nothing to analyse


def settle() -> None:
    """Tell of the calls that are over and were scored while they ran."""
    over = sa.or_(Room.closed_at.is_not(None), Room.expires_at <= now())
    query = sa.select(Room).where(Room.scored_id.is_not(None), Room.scored_told_at.is_(None), over)
    for room in db.session.scalars(query):
        tell_scored(room)


def card_of(room: Room, user: User) -> Scorecard | None:
    """One's own scorecard of this call; never anybody else's."""
    return reviews.latest(room.scored, user) if room.scored else None


def score(room: Room, user: User, given: Mapping[str, Given]) -> Scorecard:
    """Keep scores and notes, by question id, in one's own draft while the call runs. Raises what ``scored_interview``
    and ``webapp.reviews.operations.save`` raise."""
    return reviews.save(scored_interview(room, by=user), user, given, None)


def choose(room: Room, question_set: QuestionSet) -> None:
    """Say what is asked in this call. Raises RoomError once it is being scored."""
    if room.scored is not None:
        raise RoomError("scored", _("This call is being scored already; its questions stay."))
    room.question_set = question_set
    db.session.flush()
