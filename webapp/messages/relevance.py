"""Whether a message still says what is so: asked once more right before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from ml.core.messages import N_
from webapp.core.database import db, now
from webapp.interviews import binding
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.messages.models import Message
from webapp.practice.links import is_alive
from webapp.practice.models import PracticeLink
from webapp.reviews import deciding
from webapp.reviews.models import Decision

#: Why a message is not sent: a code for programs, and a sentence.
Why = tuple[str, str]
SUBMITTED: Why = "submitted", N_("The interview is submitted, so there was nothing left to say.")
CLOSED: Why = "closed", N_("The invitation was revoked or withdrawn before this was sent.")
EXPIRED: Why = "expired", N_("The deadline passed before this was sent.")
MOVED: Why = "moved", N_("The deadline was moved again before this was sent.")
ANSWERED: Why = "answered", N_("The candidate has had an answer meanwhile.")
DECIDED_ANEW: Why = "decided_anew", N_("Somebody decided anew before this was sent.")
USED: Why = "used", N_("It was used or replaced before this was sent.")


def why_not(message: Message) -> Why | None:
    """Why ``message`` is no longer to be sent; None where it is."""
    check = _CHECKS.get(message.kind)
    return check(message) if check else None


def _open(message: Message) -> Why | None:
    invitation = message.invitation
    if invitation is None:
        return None
    if invitation.revoked_at is not None or invitation.withdrawn_at is not None:
        return CLOSED
    if invitation.interview is not None and invitation.interview.state is InterviewState.SUBMITTED:
        return SUBMITTED
    return EXPIRED if invitation.deadline <= now() else None


def _same_deadline(message: Message) -> Why | None:
    if why := _open(message):
        return why
    said = message.facts.get("deadline")
    if message.invitation is None or said is None:
        return None
    return None if datetime.fromisoformat(said) == message.invitation.deadline else MOVED


def _unanswered(message: Message) -> Why | None:
    invitation = message.invitation
    if invitation is None:
        return None
    if invitation.withdrawn_at is not None:
        return CLOSED
    return ANSWERED if is_answered(invitation) else None


def _latest_decision(message: Message) -> Why | None:
    decision = db.session.get(Decision, message.facts.get("decision_id", ""))
    if decision is None:
        return DECIDED_ANEW
    return None if deciding.current(decision.interview) is decision else DECIDED_ANEW


def _password_unchanged(message: Message) -> Why | None:
    user = message.user
    same = user is not None and user.active and user.password_mark == message.facts.get("mark")
    return None if same else USED


def _code_alive(message: Message) -> Why | None:
    return None if binding.code_is_alive(str(message.facts.get("code_id", ""))) else USED


def _practice_link_alive(message: Message) -> Why | None:
    link = db.session.get(PracticeLink, str(message.facts.get("link_id", "")))
    return None if link is not None and is_alive(link) else USED


#: Kinds by which a candidate has had an answer.
ANSWERS = ("letter_advance", "letter_decline")


def is_answered(invitation: Invitation) -> bool:
    """Whether a candidate has been told what was decided: by a letter, or somebody noted that they did."""
    if invitation.answered_at is not None:
        return True
    return (
        db.session.scalar(
            sa.select(sa.exists().where(Message.invitation_id == invitation.id, Message.kind.in_(ANSWERS), ALIVE))
        )
        or False
    )


#: A message that was sent or will be.
ALIVE: sa.ColumnElement[bool] = Message.state.in_(["waiting", "sending", "sent", "held"])


def unanswered() -> sa.Select[Invitation, Interview]:
    """Invitations whose interview was submitted and whose candidate has had no answer."""
    told = sa.exists().where(Message.invitation_id == Invitation.id, Message.kind.in_(ANSWERS), ALIVE)
    return (
        sa.select(Invitation, Interview)
        .join(Interview, Interview.invitation_id == Invitation.id)
        .where(
            Interview.state == InterviewState.SUBMITTED,
            Invitation.withdrawn_at.is_(None),
            Invitation.answered_at.is_(None),
            sa.not_(told),
        )
    )


_CHECKS: dict[str, Callable[[Message], Why | None]] = {
    "invitation": _open,
    "reminder": _same_deadline,
    "deadline_moved": _same_deadline,
    "accommodation": _open,
    "answer_due": _unanswered,
    "letter_advance": _latest_decision,
    "letter_hold": _latest_decision,
    "letter_decline": _latest_decision,
    "password_reset": _password_unchanged,
    "link_code": _code_alive,
    "practice_link": _practice_link_alive,
}


def checked_by(kind: str, check: Callable[[Message], Why | None]) -> None:
    """Say when a message of ``kind`` is no longer true; for features that come after this one."""
    _CHECKS[kind] = check
