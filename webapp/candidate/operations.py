"""What a candidate can do with their interview. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import has_request_context, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from webapp.candidate import consent_texts
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.translation import language as page_language
from webapp.core.zones import browser_zone
from webapp.follow_ups import operations as follow_ups
from webapp.interviews import attachments, binding
from webapp.interviews.answering import AnsweringError, answer_to, check_may_finish, check_may_submit
from webapp.interviews.models import Answer, Consent, Interview, InterviewState, Invitation
from webapp.policy import Mode, Purpose
from webapp.policy.access import law_now
from webapp.policy.engine import NEEDS
from webapp.questions.models import Question
from webapp.recordings.models import RecordingState
from webapp.recordings.takes import counted_takes, drop_take

#: Longest written answer, in characters.
LONGEST_TEXT = 20_000


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
                position=invitation.position,
                question_set=invitation.question_set,
                candidate_name=invitation.name,
                organisation_id=invitation.organisation_id,
            )
            interview.time_zone = zone.key if (zone := browser_zone()) else ""
            interview.language = page_language()
            db.session.add(interview)
        events.send(events.interview_started, interview_id=interview.id)
    except sa.exc.IntegrityError:  # opened twice at the same moment
        interview = db.session.scalars(sa.select(Interview).where(Interview.invitation_id == invitation.id)).one()
    return interview


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
                text_hash=text.digest,
                text_binding=text.binding,
                decided_at=moment,
                address=address,
                browser=browser,
            )
        )
        changed.append(text.purpose)
    _keep_law(interview, [purpose for purpose in changed if purpose in granted])
    db.session.flush()
    if Purpose.RECORDING in changed and Purpose.RECORDING not in granted:
        for answer in interview.answers:
            _withdraw_recording(answer, moment)
    if changed and latest:
        events.send(events.consents_changed, interview_id=interview.id)
    return changed


def _keep_law(interview: Interview, agreed: Collection[Purpose]) -> None:
    """Keep what the law says now of what was agreed to now, and at the first time of everything."""
    kept = interview.law_then or {}
    modalities = [each for each, purpose in NEEDS.items() if purpose in agreed or each.value not in kept]
    if modalities and interview.mode is Mode.ASSESSMENT:
        interview.law_then = law_now(interview, modalities)


def _withdraw_recording(answer: Answer, moment: datetime) -> None:
    """Delete what was recorded of an answer, and have what was read in the words of it go too."""
    if counted_takes(answer):
        answer.recording_withdrawn_at = moment
    for take in list(answer.takes):
        drop_take(take)
    if answer.recording_withdrawn_at == moment and not answer.written:
        events.send(events.transcript_changed, answer_id=answer.id)


def consent_origin() -> tuple[str, str]:
    """From where the present request comes: its address, and what tells its browser from others."""
    if not has_request_context():
        return "", ""
    secret = binding.secret_of_browser() or getattr(current_user, "session_id", "")
    return (request.remote_addr or "")[:64], hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else ""


# Answers


def save_text(answer: Answer, text: str) -> datetime:
    """Store a written answer; when that was. Raises AnsweringError where it is too long or too late."""
    check_may_finish(answer)
    # Half an emoji, cut off by a field's length limit, is no text that can be stored; the rest of the answer is.
    text = text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if len(text) > LONGEST_TEXT:
        raise AnsweringError(
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


def keep_file(answer: Answer, file: FileStorage | None, remove: str = "") -> bool:
    """Keep an uploaded file as the answer, in the place of the one before; or remove it. Whether one was removed alone.

    Raises AnsweringError where it is too late, and AttachmentError for a file that cannot be kept.
    """
    check_may_finish(answer)
    invitation, there = answer.interview.invitation, attachments.files_of_answer(answer)
    if remove:
        for row in there:
            if row.id == remove:
                attachments.remove(row)
                answer.text = None
        db.session.flush()
        return True
    if file is None or not file.filename:
        if there:
            return False  # they go on with the file that is there
        raise attachments.AttachmentError(_("Choose a file."))
    if invitation is None:
        raise attachments.AttachmentError(_("In practice no files are kept. Go on with the next question."))
    content = file.stream.read(attachments.LARGEST + 1)
    row = attachments.attach(invitation, file.filename, content, by=None, answer=answer)
    if row.answer_id != answer.id:
        raise attachments.AttachmentError(_("You have given this very file already, in another place."))
    for old in there:
        if old.id != row.id:
            attachments.remove(old)
    save_text(answer, row.name)
    return False


# Submitting


def unfinished(interview: Interview) -> list[tuple[Question, str]]:
    """The questions that would be submitted without an answer, or with a take left behind, and why."""
    answers = {answer.question_id: answer for answer in interview.answers}
    missing = []
    for question in interview.questions:
        answer = answers.get(question.id)
        if answer is not None and any(
            take.recording and take.recording.state in (RecordingState.RECEIVING, RecordingState.VERIFYING)
            for take in counted_takes(answer)
        ):
            missing.append((question, _("a recording is still being saved")))
        elif question.follows_id is None and (answer is None or not answer.is_given):
            missing.append((question, _("not answered")))
    return missing


def submit(interview: Interview, *, incomplete: bool = False) -> bool:
    """Hand the interview in; whether this call did it (a second one changes nothing).

    :param incomplete: whether the candidate said that unanswered questions are to stay so.
    Raises AnsweringError (``unfinished``) where something is unanswered and nobody said so, or when it is too late.
    """
    if interview.state is InterviewState.SUBMITTED:
        return False
    check_may_submit(interview)
    if unfinished(interview) and not incomplete:
        raise AnsweringError("unfinished", _("Some questions are not answered yet."))
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
    follow_ups.drop_unanswered(interview)
    for question in interview.questions:
        take = answer_to(interview, question).kept_take
        if take is not None:
            take.kept = True  # a take that becomes ready later changes nothing any more
    db.session.flush()
    db.session.refresh(interview, ["answers"])
    events.send(events.interview_submitted, interview_id=interview.id)
    return True
