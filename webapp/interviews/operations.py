"""What can be done with invitations: make, find by link, extend, revoke. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.hosts import base_url
from webapp.core.keys import signer
from webapp.core.security_log import record
from webapp.core.translation import language as page_language
from webapp.interviews.models import CandidateRequest, Interview, InterviewState, Invitation, RequestKind
from webapp.interviews.people_csv import Person, Problem
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.organisations.access import Right, allowed
from webapp.policy import Mode
from webapp.positions.models import Position
from webapp.positions.operations import at_teams
from webapp.questions.models import QuestionSet, SetState

_Row = TypeVar("_Row", Interview, Invitation)

#: Separates these signatures from every other use of the secret key.
_SALT = "viva.invitation"
#: No deadline is later than this from now.
LONGEST = timedelta(days=366)
#: Characters of what a candidate asks for.
LONGEST_REQUEST = 2000
#: Two people may have one name and no address; within this time it is one form, sent twice.
SENT_TWICE = timedelta(minutes=2)


class InvitationError(ValueError):
    """An invitation cannot be made or changed like this; the message is for a person."""


def create_invitation(
    *, position: Position, question_set: QuestionSet, name: str, email: str, deadline: datetime, by: User,
    time_zone: str = "", language: str = "",
) -> Invitation:  # fmt: skip
    """Invite one person for ``position`` to answer ``question_set`` until ``deadline`` (aware).

    Two equal calls make one invitation: a form that is sent twice gets the one from before. Raises InvitationError
    where the set is not published, the position is archived, the deadline is over or the name is no name. Where there
    are an address and a mail server, the link is sent; else it (``invitation_url``) is for the recruiter to pass on.

    :param time_zone: the zone in which the deadline was given.  :param language: that of the invitation; the page's.
    """
    if question_set.state is not SetState.PUBLISHED:
        raise InvitationError(_("Only a published question set can be used. Choose a published one."))
    if position.archived_at is not None:
        raise InvitationError(_("This position is archived. Choose another, or restore it first."))
    if not name.strip():
        raise InvitationError(_("Enter the name of the candidate."))
    try:
        name = clean_name(name)
    except FieldError as failure:
        raise InvitationError(str(failure)) from None
    check_deadline(deadline)
    wanted = {"position_id": position.id, "question_set_id": question_set.id, "name": name, "email": email.strip()}
    if same := _same_invitation(**wanted, deadline=deadline, created_by_id=by.id):
        return same
    invitation = Invitation(
        position=position,
        question_set=question_set,
        name=name,
        email=email.strip(),
        deadline=deadline,
        created_by_id=by.id,
        organisation_id=position.organisation_id,
        time_zone=time_zone,
        language=language or page_language(),
    )
    db.session.add(invitation)
    db.session.flush()
    events.send(events.interview_invited, invitation_id=invitation.id)
    current_app.logger.info("Invitation %s created by %s", invitation.id, by.id)
    return invitation


def _same_invitation(**values: Any) -> Invitation | None:
    """The open invitation with these very values, if it was made just now or names an address."""
    query = sa.select(Invitation).filter_by(**values).where(Invitation.revoked_at.is_(None))
    found = db.session.scalar(query.order_by(Invitation.created_at.desc()).limit(1))
    if found is None or not is_open(found):
        return None
    return found if found.email or found.created_at > now() - SENT_TWICE else None


class BatchError(InvitationError):
    """Nobody of a list was invited, and why not, line by line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("No one was invited. Correct these lines and upload the file again."))
        self.problems = list(problems)


def create_invitations(
    people: Sequence[Person], *, position: Position, question_set: QuestionSet, deadline: datetime, by: User,
    time_zone: str = "",
) -> list[Invitation]:  # fmt: skip
    """Invite everybody on a list, or nobody. All of them have the same ``created_at``, which names the batch.

    Raises BatchError where somebody has an open invitation for ``position`` already, and what create_invitation raises.
    """
    invited = invited_to(position)
    if problems := [
        Problem(
            person.line,
            _("%(email)s already has an invitation for this position. Delete the line.", email=person.email),
            "email",
            person.email,
        )
        for person in people
        if person.email.casefold() in invited
    ]:
        raise BatchError(problems)
    moment = now()
    rows = []
    for person in people:
        row = create_invitation(
            position=position, question_set=question_set, name=person.name, email=person.email, deadline=deadline,
            by=by, time_zone=time_zone,
        )  # fmt: skip
        row.created_at = moment
        rows.append(row)
    db.session.flush()
    return rows


def invited_to(position: Position, among: Sequence[str] | None = None) -> set[str]:
    """The addresses (casefolded) with an invitation for ``position`` that is open, or whose interview was submitted.

    :param among: only of these addresses.
    """
    query = (
        sa.select(Invitation.email)
        .outerjoin(Interview, Interview.invitation_id == Invitation.id)
        .where(
            Invitation.position_id == position.id,
            sa.or_(
                Interview.state == InterviewState.SUBMITTED,
                sa.and_(Invitation.revoked_at.is_(None), Invitation.deadline > now()),
            ),
        )
    )
    if among is not None:
        query = query.where(sa.func.lower(Invitation.email).in_([email.lower() for email in among]))
    return {email.casefold() for email in db.session.scalars(query) if email}


def check_deadline(deadline: datetime) -> None:
    """Raises InvitationError for a deadline that is over, or too far away."""
    if deadline <= now():
        raise InvitationError(_("The deadline is in the past. Choose a time in the future."))
    if deadline > now() + LONGEST:
        raise InvitationError(_("The deadline is more than a year away. Choose an earlier one."))


def _serializer() -> URLSafeSerializer:
    return signer(_SALT)


def invitation_url(invitation: Invitation) -> str:
    """The link that opens ``invitation``: at PUBLIC_URL, else where this request came, else a path of this server."""
    return f"{base_url()}/i/{_serializer().dumps(invitation.id)}"


def invitation_of_token(token: str) -> Invitation | None:
    """The invitation that a link's token was signed for; None for any other token.

    It may be revoked or over: ask ``is_open``.
    """
    try:
        invitation_id = _serializer().loads(token)
    except BadData:
        return None
    return db.session.get(Invitation, invitation_id) if isinstance(invitation_id, str) else None


def is_open(invitation: Invitation) -> bool:
    """Whether the link still opens the interview for answering: not revoked, not submitted, deadline not over."""
    submitted = invitation.interview is not None and invitation.interview.state is InterviewState.SUBMITTED
    return not invitation.is_closed and not submitted and invitation.deadline > now()


def revoke(invitation: Invitation, *, by: User | None = None) -> None:
    """Close the link for good. A second time changes nothing; what has been submitted stays.

    Raises InvitationError once the interview has been submitted: there is nothing left to close.
    """
    _check_not_submitted(invitation)
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        db.session.flush()
        record("invitation revoked", invitation=invitation.id, by=by.id if by else None)
        events.send(events.invitation_revoked, invitation_id=invitation.id)


def correct_email(invitation: Invitation, email: str, *, by: User) -> None:
    """Put right the address of somebody who was invited; the invitation goes there. Raises InvitationError."""
    try:
        email = clean_email(email)
    except FieldError as failure:
        raise InvitationError(str(failure)) from None
    if email != invitation.email:
        invitation.email = email
        db.session.flush()
        record("address corrected", invitation=invitation.id, by=by.id)
        events.send(events.address_corrected, invitation_id=invitation.id)


def withdraw(invitation: Invitation) -> bool:
    """The candidate withdraws from the whole process: the link closes. Whether this call did it.

    What was submitted stays until it is erased: withdrawing from a process and taking back a consent are two things.
    """
    if invitation.withdrawn_at is not None:
        return False
    invitation.withdrawn_at = now()
    db.session.flush()
    record("candidate withdrew", invitation=invitation.id)
    events.send(events.candidate_withdrew, invitation_id=invitation.id)
    return True


def ask(invitation: Invitation, kind: RequestKind, text: str, *, due_at: datetime | None = None) -> CandidateRequest:
    """The candidate asks for something, to be answered by a person. Raises InvitationError where nothing is said.

    :param due_at: by when; None where nothing says so.
    """
    text = text.strip()
    if not text:
        raise InvitationError(_("Write what you need."))
    if len(text) > LONGEST_REQUEST:
        raise InvitationError(_("This is longer than %(number)s characters. Shorten it.", number=LONGEST_REQUEST))
    moment = now() - SENT_TWICE
    same = sa.select(CandidateRequest).filter_by(invitation_id=invitation.id, kind=kind, text=text)
    if found := db.session.scalar(same.where(CandidateRequest.created_at > moment).limit(1)):
        return found
    request = CandidateRequest(invitation_id=invitation.id, kind=kind, text=text, due_at=due_at)
    db.session.add(request)
    db.session.flush()
    events.send(events.candidate_asked, request_id=request.id)
    return request


def requests_of(invitation: Invitation) -> list[CandidateRequest]:
    """What the candidate asked for, the newest first."""
    query = sa.select(CandidateRequest).where(CandidateRequest.invitation_id == invitation.id)
    return list(db.session.scalars(query.order_by(CandidateRequest.created_at.desc(), CandidateRequest.id)))


def note_done(invitation: Invitation, kind: RequestKind, text: str) -> CandidateRequest:
    """Keep a receipt of what a candidate did with their data, for which nobody needs to be asked."""
    row = CandidateRequest(invitation_id=invitation.id, kind=kind, text=text, settled_at=now())
    db.session.add(row)
    db.session.flush()
    return row


def settle(request: CandidateRequest, *, by: User, answer: str = "") -> None:
    """Note that a request is settled, with what is answered to the candidate. A second time changes nothing."""
    if request.settled_at is None:
        request.settled_at = now()
        request.answer = answer.strip()[:LONGEST_REQUEST]
        db.session.flush()
        current_app.logger.info("Request %s settled by %s", request.id, by.id)


def note_answered(invitation: Invitation, *, by: User) -> None:
    """Note that the candidate has had an answer by another way than a message of ours: its clock stops."""
    if invitation.answered_at is None:
        invitation.answered_at = now()
        db.session.flush()
        record("answer noted", invitation=invitation.id, by=by.id)


def release(invitation: Invitation, *, by: User) -> None:
    """Let the link be begun in another browser; the one that it belonged to is out. A second time changes nothing."""
    interview = invitation.interview
    if interview is not None and interview.browser is not None:
        interview.browser = None
        interview.released += 1
        db.session.flush()
        record("link released", invitation=invitation.id, by=by.id)


def extend(invitation: Invitation, deadline: datetime, *, by: User) -> None:
    """Move the deadline (aware, in the future). Raises InvitationError where revoked or submitted."""
    _check_not_submitted(invitation)
    if invitation.revoked_at is not None:
        raise InvitationError(_("This invitation was revoked. Create a new one."))
    if invitation.withdrawn_at is not None:
        raise InvitationError(_("The candidate has withdrawn."))
    check_deadline(deadline)
    before, invitation.deadline = invitation.deadline, deadline
    db.session.flush()
    if before != deadline:
        events.send(events.deadline_moved, invitation_id=invitation.id, before=before.isoformat())
    current_app.logger.info("Invitation %s extended by %s", invitation.id, by.id)


def _check_not_submitted(invitation: Invitation) -> None:
    if invitation.interview is not None and invitation.interview.state is InterviewState.SUBMITTED:
        raise InvitationError(_("This interview has already been submitted. Open its report instead."))


def interviews_of(user: User, right: Right = Right.VIEW) -> sa.Select[Interview]:
    """The assessments over which ``user`` has ``right``, whether they were submitted or not."""
    return _visible(
        sa.select(Interview).join(Interview.invitation).where(Interview.mode == Mode.ASSESSMENT), user, right
    )


def invitations_of(user: User, right: Right = Right.VIEW) -> sa.Select[Invitation]:
    """The invitations over which ``user`` has ``right``, by the same rule."""
    return _visible(sa.select(Invitation), user, right)


def _visible(query: sa.Select[_Row], user: User, right: Right) -> sa.Select[_Row]:
    return query.where(
        allowed(
            user,
            right,
            within=partial(at_teams, Invitation.position_id),
            organisation=Invitation.organisation_id,
            created_by=Invitation.created_by_id,
        )
    )
