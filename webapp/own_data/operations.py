"""What candidates do with their own data. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from itsdangerous import BadData

from webapp.analysis import reanalyse
from webapp.candidate import operations as candidate
from webapp.core.database import db, now
from webapp.core.keys import signer
from webapp.core.security_log import record
from webapp.governance import erasure
from webapp.governance.models import Erasure
from webapp.interviews import operations as invitations
from webapp.interviews.models import Answer, CandidateRequest, Interview, RequestKind
from webapp.own_data.held import scope_of
from webapp.policy import Purpose
from webapp.transcripts import operations as transcripts
from webapp.transcripts.models import Transcript

#: Within so long a person answers what cannot be done at once (GDPR Art. 12(3): a month).
ANSWER_WITHIN = timedelta(days=30)
_SALT = "viva.own-data-receipt"


def correct(answer: Answer, version: int | None, lines: Sequence[str]) -> Transcript:
    """The candidate puts right what was written down of their answer. Raises TranscriptError."""
    row = transcripts.correct(answer, None, version, lines)
    interview = answer.interview
    if interview.invitation is not None:
        what = _("You corrected the transcript of question %(number)s.", number=answer.question.position)
        invitations.note_done(interview.invitation, RequestKind.CORRECTION, what)
    record("transcript corrected by candidate", interview=interview.id)
    return row


def speak_language(answer: Answer, language: str) -> None:
    """The candidate says which language they spoke; the recording is written down anew. Raises TranscriptError."""
    reanalyse.in_language(answer, language)
    record("spoken language corrected by candidate", interview=answer.interview_id)


def object_to_analyses(interview: Interview) -> None:
    """No program reads anything any more, and what was read goes: at once, as for a consent that is withdrawn."""
    kept = {Purpose.RECORDING} & interview.consented
    candidate.record_consents(interview, kept)
    if interview.invitation is not None:
        what = _("You objected to all analyses by programs. They were stopped and their results deleted.")
        invitations.note_done(interview.invitation, RequestKind.OBJECTION, what)
    record("objected to analyses", interview=interview.id)


def object_to(interview: Interview, words: str) -> CandidateRequest:
    """Object to another use of one's data: a person answers within a month. Raises InvitationError."""
    if interview.invitation is None:
        raise invitations.InvitationError(_("Only you use a practice interview. You can erase it yourself."))
    return invitations.ask(interview.invitation, RequestKind.OBJECTION, words, due_at=now() + ANSWER_WITHIN)


def erase(interview: Interview) -> Erasure | CandidateRequest:
    """Erase what is held, and end the application: at once. Under a legal hold a person answers instead."""
    invitation = interview.invitation
    if erasure.plan(scope_of(interview)).held and invitation is not None:
        words = _("The candidate asks that everything be erased. A legal hold keeps it for now.")
        return invitations.ask(invitation, RequestKind.ERASURE, words, due_at=now() + ANSWER_WITHIN)
    if invitation is not None:
        invitations.withdraw(invitation)
    record("erasure asked by candidate", interview=interview.id)
    row = erasure.request_erasure(scope_of(interview), by=None)
    db.session.flush()
    return row


def receipts_of(interview: Interview) -> list[CandidateRequest]:
    """Everything that the candidate asked for or did with their data, the newest first."""
    return invitations.requests_of(interview.invitation) if interview.invitation else []


def receipt_token(row: Erasure) -> str:
    """What opens the receipt of an erasure once nothing else is left."""
    return str(signer(_SALT).dumps(row.id))


def erasure_of_token(token: str) -> Erasure | None:
    """The erasure that a receipt's link was made for; None for any other token."""
    try:
        erasure_id = signer(_SALT).loads(token)
    except BadData:
        return None
    return db.session.get(Erasure, erasure_id) if isinstance(erasure_id, str) else None
