"""What a candidate can do with their interview. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import has_request_context, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user

from webapp.candidate import binding, consent_texts
from webapp.core.database import db, now
from webapp.interviews.models import Answer, Consent, Interview, InterviewState, Invitation, Take
from webapp.policy import Mode, Purpose
from webapp.questions.models import Question
from webapp.recordings import operations as recordings
from webapp.recordings.models import RecordingState

#: What was begun before the deadline may be finished, sent and submitted for so long after it.
GRACE = timedelta(hours=1)
#: Longest written answer, in characters.
LONGEST_TEXT = 20_000


class Refused(Exception):
    """Something cannot be done now; ``code`` is for programs, ``message`` for the candidate."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def open_interview(invitation: Invitation) -> Interview:
    """The interview of ``invitation``: made when the link is opened first, the same one ever after."""
    interview = db.session.scalar(sa.select(Interview).where(Interview.invitation_id == invitation.id))
    if interview is not None:
        return interview
    try:
        with db.session.begin_nested():
            interview = Interview(
                mode=Mode.ASSESSMENT,
                invitation=invitation,
                job=invitation.job,
                question_set=invitation.question_set,
                candidate_name=invitation.name,
            )
            db.session.add(interview)
    except sa.exc.IntegrityError:  # opened twice at the same moment
        interview = db.session.scalars(sa.select(Interview).where(Interview.invitation_id == invitation.id)).one()
    return interview


# Deadlines


def deadline_of(interview: Interview) -> datetime | None:
    """When answering ends; None in practice."""
    return interview.invitation.deadline if interview.invitation else None


def uploads_until(interview: Interview) -> datetime | None:
    """Until when recordings that were begun in time are taken; None in practice."""
    deadline = deadline_of(interview)
    return deadline + GRACE if deadline else None


def check_may_begin(interview: Interview) -> None:
    """Raise Refused unless something new can be begun: not submitted, not revoked, deadline not over."""
    _check_open(interview)
    deadline = deadline_of(interview)
    if deadline is not None and now() > deadline:
        raise Refused("expired", _("The deadline has passed. You can still submit what you have answered."))


def check_may_finish(answer: Answer) -> None:
    """Raise Refused unless what was begun with ``answer`` can still be finished: the deadline has some grace."""
    interview = answer.interview
    _check_open(interview)
    deadline, until = deadline_of(interview), uploads_until(interview)
    begun_in_time = deadline is None or (answer.shown_at is not None and answer.shown_at <= deadline)
    if (until is not None and now() > until) or not begun_in_time:
        raise Refused("expired", _("The deadline has passed, so nothing more can be added."))


def _check_open(interview: Interview) -> None:
    if interview.state is not InterviewState.OPEN:
        raise Refused("submitted", _("This interview has been submitted, so nothing more can be added."))
    if interview.invitation is not None and interview.invitation.revoked_at is not None:
        raise Refused("revoked", _("This invitation was withdrawn. Ask the person who invited you."))


def is_past(moment: datetime) -> bool:
    """Whether ``moment`` lies behind us."""
    return now() > moment


def is_over(interview: Interview) -> bool:
    """Whether the deadline and its grace have passed without a submission."""
    until = uploads_until(interview)
    return interview.state is InterviewState.OPEN and until is not None and now() > until


# Consents


def has_decided(interview: Interview) -> bool:
    """Whether the candidate has answered everything that is asked about consent here."""
    decided = {consent.purpose for consent in interview.consents}
    return all(text.purpose in decided for text in consent_texts.texts_for(interview))


def record_consents(interview: Interview, granted: Collection[Purpose]) -> list[Purpose]:
    """Note what the candidate agrees to: a row for each purpose asked whose answer is new. Returns those purposes.

    Purposes that are not asked here are never noted as agreed. Where a consent to recording is taken back, the
    recordings are deleted; what the models read from anything no longer agreed to is deleted too.
    """
    latest = {consent.purpose: consent.granted for consent in interview.consents}
    changed, moment = [], now()
    address, browser = consent_origin()
    for text in consent_texts.texts_for(interview):
        yes = text.purpose in granted
        if latest.get(text.purpose) is yes:
            continue
        interview.consents.append(
            Consent(
                purpose=text.purpose,
                granted=yes,
                text_version=text.version,
                text_language=text.language,
                decided_at=moment,
                address=address,
                browser=browser,
            )
        )
        changed.append(text.purpose)
    db.session.flush()
    if Purpose.RECORDING in changed and Purpose.RECORDING not in granted:
        for answer in interview.answers:
            for take in list(answer.takes):
                drop_take(take)
    if changed and latest:
        from webapp.analysis import operations as analysis

        analysis.consents_changed(interview)
    return changed


def consent_origin() -> tuple[str, str]:
    """From where the present request comes: its address, and what tells its browser from others."""
    if not has_request_context():
        return "", ""
    secret = binding.secret_of_browser() or getattr(current_user, "session_id", "")
    return (request.remote_addr or "")[:64], hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else ""


# Answers


def answer_to(interview: Interview, question: Question) -> Answer:
    """The answer to one question of the interview's set, made when first needed."""
    if question.question_set_id != interview.question_set_id:
        raise Refused("question", _("This question is not part of your interview."))
    answer = db.session.scalar(
        sa.select(Answer).where(Answer.interview_id == interview.id, Answer.question_id == question.id)
    )
    if answer is None:
        try:
            with db.session.begin_nested():
                answer = Answer(interview=interview, question=question)
                db.session.add(answer)
        except sa.exc.IntegrityError:  # shown twice at the same moment
            return answer_to(interview, question)
    return answer


def show_question(interview: Interview, question: Question) -> Answer:
    """Note that the candidate sees a question: the think time runs from the first time on."""
    answer = answer_to(interview, question)
    if answer.shown_at is None:
        check_may_begin(interview)
        answer.shown_at = now()
        db.session.flush()
    return answer


def think_seconds_left(answer: Answer) -> float:
    """What is left of the think time, in seconds, by the server's clock; never below 0."""
    if answer.shown_at is None:
        return float(answer.question.think_seconds)
    return max(0.0, answer.question.think_seconds - (now() - answer.shown_at).total_seconds())


def counted_takes(answer: Answer) -> list[Take]:
    """The takes that use up the number allowed: a take counts from its first byte, unless it was rejected."""
    return [
        take
        for take in answer.takes
        if take.recording is not None
        and take.recording.state is not RecordingState.REJECTED
        and (take.recording.state is not RecordingState.RECEIVING or take.recording.received > 0)
    ]


def takes_left(answer: Answer) -> int:
    """How many more takes may be recorded."""
    return max(0, answer.question.takes_allowed - len(counted_takes(answer)))


def begin_take(answer: Answer) -> Take:
    """Make the next take of an answer. Raises Refused without consent, takes left or time.

    A take of which no byte has arrived makes room: it was begun and never recorded.
    """
    interview, question = answer.interview, answer.question
    check_may_begin(interview)
    if Purpose.RECORDING not in interview.consented:
        raise Refused("no_consent", _("You did not agree to be recorded. Answer in writing, or change your consent."))
    if not question.is_recorded:
        raise Refused("written", _("This question is answered in writing."))
    show_question(interview, question)
    if takes_left(answer) == 0:
        raise Refused("no_takes", _("You have used all your takes. Choose the one you like best."))
    number = max((take.number for take in answer.takes), default=0) + 1
    counted = counted_takes(answer)
    for take in list(answer.takes):
        if take not in counted and (take.recording is None or take.recording.state is RecordingState.RECEIVING):
            drop_take(take)
    take = Take(answer=answer, number=number)
    db.session.add(take)
    db.session.flush()
    return take


def drop_take(take: Take) -> None:
    """Delete a take with its recording and files."""
    if take.recording is not None:
        recordings.discard(take.recording)
    take.answer.takes.remove(take)
    db.session.flush()


def keep_take(take: Take) -> None:
    """Choose ``take`` over the others of its answer. Raises Refused unless it is safely stored."""
    check_may_finish(take.answer)
    if take.recording is None or not take.recording.is_ready:
        raise Refused("not_ready", _("This take is not saved yet. Wait a moment, then choose it."))
    for other in take.answer.takes:
        other.kept = other is take
    db.session.flush()


def save_text(answer: Answer, text: str) -> datetime:
    """Store a written answer; when that was. Raises Refused where it is too long or too late."""
    check_may_finish(answer)
    # Half an emoji, cut off by a field's length limit, is no text that can be stored; the rest of the answer is.
    text = text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if len(text) > LONGEST_TEXT:
        raise Refused(
            "too_long",
            _(
                "Your answer has %(count)s characters; at most %(longest_text)s can be saved. Please shorten it.",
                count=format_decimal(len(text)),
                longest_text=format_decimal(LONGEST_TEXT),
            ),
        )
    answer.text, answer.text_saved_at = text, (moment := now())
    db.session.flush()
    return moment


# Submitting


def unfinished(interview: Interview) -> list[tuple[Question, str]]:
    """The questions that would be submitted without an answer, or with a take left behind, and why."""
    answers = {answer.question_id: answer for answer in interview.answers}
    missing = []
    for question in interview.question_set.questions:
        answer = answers.get(question.id)
        if answer is not None and any(
            take.recording and take.recording.state in (RecordingState.RECEIVING, RecordingState.VERIFYING)
            for take in counted_takes(answer)
        ):
            missing.append((question, _("a recording is still being saved")))
        elif answer is None or not is_answered(answer):
            missing.append((question, _("not answered")))
    return missing


def is_answered(answer: Answer) -> bool:
    """Whether there is something to submit: a stored take or written words."""
    return answer.kept_take is not None or bool((answer.text or "").strip())


def submit(interview: Interview, *, incomplete: bool = False) -> bool:
    """Hand the interview in; whether this call did it (a second one changes nothing).

    :param incomplete: whether the candidate said that unanswered questions are to stay so.
    Raises Refused (``unfinished``) where something is unanswered and nobody said so, or when it is too late.
    """
    if interview.state is InterviewState.SUBMITTED:
        return False
    _check_open(interview)
    if is_over(interview):
        raise Refused("expired", _("The deadline has passed, so this interview can no longer be submitted."))
    if unfinished(interview) and not incomplete:
        raise Refused("unfinished", _("Some questions are not answered yet."))
    moment = now()
    done = cast(
        "sa.CursorResult[Any]",
        db.session.execute(
            sa.update(Interview)
            .where(Interview.id == interview.id, Interview.state == InterviewState.OPEN)
            .values(state=InterviewState.SUBMITTED, submitted_at=moment)
            .execution_options(synchronize_session=False)
        ),
    )
    db.session.refresh(interview)
    if not done.rowcount:  # a double click: the other request was first
        return False
    for question in interview.question_set.questions:
        take = answer_to(interview, question).kept_take
        if take is not None:
            take.kept = True  # a take that becomes ready later changes nothing any more
    db.session.flush()
    from webapp.analysis import operations as analysis

    db.session.refresh(interview, ["answers"])
    analysis.queue_interview(interview)
    return True
