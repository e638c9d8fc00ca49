"""The recording of one's own side: a take of an interview that is made for it, so that upload, verification, analysis,
report, consents and deletion are those of every recorded answer.

In practice the interview is the person's own. In an assessment it is the candidate's, under an invitation of the
position's recruiter, who finds it among the interviews like any other. Nothing here commits.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from webapp.accounts.models import Role, User
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.core.storage import storage
from webapp.interviews.answering import AnsweringError, answer_to
from webapp.interviews.models import Consent, Interview, InterviewState, Invitation
from webapp.live import consent_texts, operations, policy
from webapp.live.models import LivePurpose, Member, Room
from webapp.live.operations import RoomError
from webapp.policy import Mode, Purpose
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState
from webapp.recordings import operations as recordings
from webapp.recordings.models import Recording, RecordingState
from webapp.recordings.takes import begin_take, drop_take

#: Marks the built-in question set of live conversations.
LINEAGE = "viva0live0conversation0000000000"
#: A person who has been gone for so long has left the call; an upload that stood still for so long has ended.
GONE, STILL = timedelta(seconds=60), timedelta(minutes=10)
#: For so long after the room's end what was recorded can still arrive and be handed in.
HANDING_IN = timedelta(days=1)


def conversation_set(owner: User) -> QuestionSet:
    """The question set whose one question is the conversation itself; archived, so that nobody is invited to it."""
    query = sa.select(QuestionSet).where(QuestionSet.lineage == LINEAGE)
    if found := db.session.scalar(query):
        return found
    admin = db.session.scalar(sa.select(User).where(User.role == Role.ADMIN).order_by(User.created_at))
    row = QuestionSet(
        lineage=LINEAGE,
        title="Live conversation",
        introduction="What was recorded of your own side of a live conversation.",
        state=SetState.ARCHIVED,
        created_by=admin or owner,
        published_at=now(),
        archived_at=now(),
    )
    row.questions.append(
        Question(
            position=1,
            kind=QuestionKind.VIDEO,
            prompt="Your side of the live conversation",
            think_seconds=0,
            limit_seconds=3600,
            takes_allowed=20,
        )
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except sa.exc.IntegrityError:  # made by another process at the same moment
        row = db.session.scalars(query).one()
    return row


def begin(member: Member, media_type: str) -> Recording:
    """The empty recording of ``member``'s own side. Raises RoomError (policy, takes) and UploadError (media type)."""
    decision = policy.may_record(member)
    if not decision:
        raise RoomError(decision.code, decision.reason)
    operations.decide(member, LivePurpose.RECORDING, True)
    interview = member.interview
    if interview is None or interview.state is not InterviewState.OPEN:
        interview = member.interview = _interview_for(member)
    if Purpose.RECORDING not in interview.consented:
        shown = consent_texts.recording(member.room)
        said = f"live-{shown.version}"
        interview.consents.append(
            Consent(
                purpose=Purpose.RECORDING,
                granted=True,
                text_version=said,
                text_language=shown.language,
                text_hash=shown.digest,
                text_binding=shown.binding,
                decided_at=now(),
            )
        )
        db.session.flush()
    question = interview.question_set.questions[0]
    try:
        take = begin_take(answer_to(interview, question))
    except AnsweringError as error:
        raise RoomError(error.code, error.message) from None
    return recordings.begin(take, media_type)


def _interview_for(member: Member) -> Interview:
    room = member.room
    if room.mode is Mode.PRACTICE and member.user is not None:
        interview = Interview(
            mode=Mode.PRACTICE,
            candidate=member.user,
            question_set=conversation_set(member.user),
            candidate_name=member.name,
        )
        db.session.add(interview)
        db.session.flush()
        return interview
    before = room.interview.invitation if room.interview else None
    invitation = Invitation(
        position=room.position,
        question_set=conversation_set(room.owner),
        name=room.candidate_name,
        email=before.email if before else "",
        deadline=room.expires_at + HANDING_IN,
        created_by_id=before.created_by_id if before else room.owner_id,
        organisation_id=room.position.organisation_id if room.position else room.owner.organisation_id,
    )
    db.session.add(invitation)
    db.session.flush()
    return candidate.open_interview(invitation)


def settle() -> int:
    """Hand in every recorded side whose call is over and whose recordings have all arrived; how many that were.

    A recording that was begun and of which nothing came leaves nothing behind. What is read in the others follows from
    the consents to that interview. For the sweep.
    """
    query = (
        sa.select(Member)
        .join(Room)
        .join(Interview, Interview.id == Member.interview_id)
        .where(
            Interview.state == InterviewState.OPEN,
            sa.or_(
                Member.seen_at.is_(None),
                Member.seen_at < now() - GONE,
                Room.closed_at.is_not(None),
                Room.expires_at < now(),
            ),
        )
    )
    done = 0
    for member in db.session.scalars(query).all():
        if (interview := member.interview) is None:
            continue
        if _is_empty(interview):
            _forget(member, interview)
        else:
            done += _hand_in(interview)
    return done


def _is_empty(interview: Interview) -> bool:
    """Whether nothing has come of a recording, and nothing will."""
    takes = [take for answer in interview.answers for take in answer.takes]
    return interview.started_at < now() - STILL and not any(
        take.recording and take.recording.received for take in takes
    )


def _forget(member: Member, interview: Interview) -> None:
    member.interview = None
    for answer in interview.answers:
        for take in list(answer.takes):
            drop_take(take)
    invitation = interview.invitation
    db.session.delete(interview)
    db.session.flush()
    if invitation is not None:
        db.session.delete(invitation)
    db.session.flush()


def _hand_in(interview: Interview) -> bool:
    """Submit ``interview`` if something has been saved and nothing is still on its way; the longest take is kept."""
    takes = [(take, take.recording) for answer in interview.answers for take in answer.takes if take.recording]
    for _take, recording in takes:
        if recording.state is RecordingState.RECEIVING and recording.received and _stands_still(recording):
            recordings.finish_as_it_is(recording)
    states = [recording.state for _take, recording in takes if recording.received or _is_young(recording)]
    if any(state in (RecordingState.RECEIVING, RecordingState.VERIFYING) for state in states):
        return False
    ready = [(take, recording.seconds or 0.0) for take, recording in takes if recording.is_ready]
    if not ready:
        return False
    longest, _seconds = max(ready, key=lambda one: one[1])
    for take, _recording in takes:
        take.kept = take is longest
    try:
        return candidate.submit(interview, incomplete=True)
    except AnsweringError:  # revoked, or past its deadline and grace: it stays as it is
        return False


def _is_young(recording: Recording) -> bool:
    """Whether a recording began so lately that its first bytes may still be under way."""
    return recording.created_at > now() - GONE


def _stands_still(recording: Recording) -> bool:
    changed_at = storage.uploads.changed_at(recording.id)
    return changed_at is not None and now().timestamp() - changed_at > STILL.total_seconds()
