"""What a candidate sees of where things stand, by a link that opens in any browser and shows no answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from webapp.core.database import db, now
from webapp.core.hosts import link_to
from webapp.core.keys import signer
from webapp.interviews.answering import is_over, saved_answers
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.policy.clocks import answer_clock
from webapp.reviews.models import Scorecard, ScorecardState

_SALT = "viva.status"


@dataclass(frozen=True)
class Step:
    """One step of the way: ``state`` is done, now or next."""

    label: str
    state: str
    detail: str = ""
    moment: datetime | None = None


@dataclass(frozen=True)
class Block:
    """What a higher feature adds to the page: a heading, a text, and where it leads."""

    heading: str
    text: str
    moment: datetime | None = None
    url: str = ""
    label: str = ""


#: Features that know more about an invitation say it here.
_blocks: list[Callable[[Invitation], list[Block]]] = []
#: Whether a candidate has been told what was decided: outcome and moment. Messages know; the last word counts.
_told: list[Callable[[Invitation], tuple[str, datetime] | None]] = []


def adds_blocks(maker: Callable[[Invitation], list[Block]]) -> None:
    """Have ``maker`` add to the status page."""
    if maker not in _blocks:
        _blocks.append(maker)


def told_by(teller: Callable[[Invitation], tuple[str, datetime] | None]) -> None:
    """Say how it is known what a candidate was told."""
    _told[:] = [teller]


def _serializer() -> URLSafeSerializer:
    return signer(_SALT)


def status_token(invitation: Invitation) -> str:
    """What lets somebody see where ``invitation`` stands, and choose a time for a conversation."""
    return str(_serializer().dumps(invitation.id))


def status_url(invitation: Invitation) -> str:
    """The link to the status page of ``invitation``."""
    return link_to("candidate.status", token=status_token(invitation))


def invitation_of_status_token(token: str) -> Invitation | None:
    """The invitation that a link was made for; None for any other token."""
    try:
        invitation_id = _serializer().loads(token)
    except BadData:
        return None
    return db.session.get(Invitation, invitation_id) if isinstance(invitation_id, str) else None


def answer_due(invitation: Invitation) -> datetime | None:
    """By when the candidate is owed an answer; None before anything was submitted."""
    interview = invitation.interview
    if interview is None or interview.submitted_at is None:
        return None
    return answer_clock(interview.place).due(interview.submitted_at)


def told(invitation: Invitation) -> tuple[str, datetime] | None:
    """What the candidate was told, as a text, and when."""
    return _told[0](invitation) if _told else None


def blocks(invitation: Invitation) -> list[Block]:
    """What other features have to say."""
    return [block for maker in _blocks for block in maker(invitation)]


def steps(invitation: Invitation) -> list[Step]:
    """The way from invitation to answer, as far as it is."""
    interview, submitted = invitation.interview, _submitted(invitation.interview)
    found = [Step(_("Invited"), "done", moment=invitation.created_at)]
    if invitation.withdrawn_at is not None:
        return [*found, Step(_("You withdrew"), "done", moment=invitation.withdrawn_at)]
    if invitation.revoked_at is not None and not submitted:
        return [*found, Step(_("The invitation was withdrawn"), "done", moment=invitation.revoked_at)]
    if interview is None or not submitted:
        return [*found, _answering(invitation), Step(_("Review by people"), "next"), Step(_("Answer to you"), "next")]
    arrived = _("%(number)s answers arrived", number=len(saved_answers(interview)))
    found.append(Step(_("Interview submitted"), "done", arrived, interview.submitted_at))
    if answer := told(invitation):
        return [*found, Step(_("Review by people"), "done"), Step(_("Answer to you"), "done", *answer)]
    begun = db.session.scalar(
        sa.select(
            sa.exists().where(Scorecard.interview_id == interview.id, Scorecard.state == ScorecardState.SUBMITTED)
        )
    )
    detail = _("The review has begun.") if begun else _("It has not begun yet.")
    return [
        *found,
        Step(_("Review by people"), "now", detail),
        Step(_("Answer to you"), "next", moment=answer_due(invitation)),
    ]


def _submitted(interview: Interview | None) -> bool:
    return interview is not None and interview.state is InterviewState.SUBMITTED


def _answering(invitation: Invitation) -> Step:
    interview = invitation.interview
    if interview is not None and is_over(interview):
        return Step(_("The deadline has passed"), "now", _("Ask for more time if you need it."), invitation.deadline)
    if interview is None and invitation.deadline <= now():
        return Step(_("The deadline has passed"), "now", _("Ask for more time if you need it."), invitation.deadline)
    label = _("Answering") if interview is not None else _("Not started yet")
    return Step(label, "now", _("Open the link in your invitation to go on, until the deadline."), invitation.deadline)
