"""What interviews hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Holding, Kept, Scope, holds_nothing, register
from webapp.interviews.accommodation_models import Accommodation
from webapp.interviews.batch_models import BatchPerson, InvitationBatch, PeopleMapping
from webapp.interviews.models import (
    Answer,
    Attachment,
    CandidateRequest,
    Consent,
    Interview,
    Invitation,
    LinkCode,
    SavedView,
    StageMove,
    Take,
)
from webapp.interviews.notice_models import NoticeShown, NoticeText, Signature
from webapp.interviews.preview_models import Preview


def takes_of(scope: Scope) -> sa.ScalarSelect[str]:
    """The ids of all takes in a scope."""
    return sa.select(Take.id).join(Answer).where(Answer.interview_id.in_(scope.interviews)).scalar_subquery()


def answers_of(scope: Scope) -> sa.ScalarSelect[str]:
    """The ids of all answers in a scope."""
    return sa.select(Answer.id).where(Answer.interview_id.in_(scope.interviews)).scalar_subquery()


def _files_of(scope: Scope) -> sa.ScalarSelect[str]:
    return sa.select(Attachment.id).where(Attachment.invitation_id.in_(scope.invitations)).scalar_subquery()


def _lines_of_lists(scope: Scope) -> sa.ColumnElement[bool]:
    invited = BatchPerson.invitation_id.in_(scope.invitations)
    return sa.or_(invited, sa.func.lower(BatchPerson.email) == scope.email) if scope.email else invited


holds_nothing("which list was uploaded for which position; who is on it is in its lines", InvitationBatch)
holds_nothing("which columns of a kind of file hold what", PeopleMapping)
holds_nothing("what was said to candidates, without their names", NoticeText)
holds_nothing("filters that somebody who works here keeps", SavedView)
register(
    Holding(Invitation, Kept.RECORDS, lambda scope: Invitation.id.in_(scope.invitations)),
    Holding(
        Interview, Kept.RECORDS, lambda scope: Interview.id.in_(scope.interviews), not_exported=frozenset({"browser"})
    ),
    Holding(Consent, Kept.RECORDS, lambda scope: Consent.interview_id.in_(scope.interviews)),
    Holding(NoticeShown, Kept.RECORDS, lambda scope: NoticeShown.invitation_id.in_(scope.invitations)),
    Holding(Signature, Kept.RECORDS, lambda scope: Signature.interview_id.in_(scope.interviews)),
    Holding(Answer, Kept.RECORDS, lambda scope: Answer.interview_id.in_(scope.interviews)),
    Holding(StageMove, Kept.RECORDS, lambda scope: StageMove.interview_id.in_(scope.interviews)),
    Holding(
        Attachment,
        Kept.RECORDS,
        lambda scope: Attachment.invitation_id.in_(scope.invitations),
        files=("attachments",),
    ),
    Holding(
        Preview,
        Kept.RECORDS,
        lambda scope: Preview.attachment_id.in_(_files_of(scope)),
        files=("previews",),
        not_exported=frozenset({"lease_owner", "lease_until", "attempts"}),
    ),
    Holding(LinkCode, Kept.RECORDS, lambda scope: LinkCode.interview_id.in_(scope.interviews)),
    Holding(Accommodation, Kept.RECORDS, lambda scope: Accommodation.invitation_id.in_(scope.invitations)),
    Holding(CandidateRequest, Kept.RECORDS, lambda scope: CandidateRequest.invitation_id.in_(scope.invitations)),
    Holding(BatchPerson, Kept.RECORDS, _lines_of_lists),
    Holding(Take, Kept.MEDIA, lambda scope: Take.answer_id.in_(answers_of(scope))),
)
