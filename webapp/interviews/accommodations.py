"""Asking for what one needs, granting it, and what it changes: how long, how often and with which devices a question
is answered. Nothing here commits."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.core.translation import writing_in
from webapp.employer.offers import OFFERS
from webapp.employer.operations import page_of
from webapp.interviews import operations
from webapp.interviews.accommodation_models import Accommodation, Help
from webapp.interviews.models import CandidateRequest, Interview, Invitation, RequestKind
from webapp.questions.models import Question, QuestionKind

#: What is granted of each kind where nobody says otherwise: takes and days; the time is the organisation's to say.
_AMOUNTS = {Help.TAKES: 2, Help.DAYS: 7}
#: The longest time that anything may take, in seconds.
LONGEST = 3600


@dataclass(frozen=True)
class Terms:
    """How one question is answered by one candidate. Seconds; ``clock``: whether the time to think is counted."""

    kind: QuestionKind
    think_seconds: int
    limit_seconds: int
    takes: int
    clock: bool = True


def of_invitation(invitation: Invitation | None) -> list[Accommodation]:
    """Everything that was asked for or granted, the oldest first."""
    if invitation is None:
        return []
    query = sa.select(Accommodation).where(Accommodation.invitation_id == invitation.id)
    return list(db.session.scalars(query.order_by(Accommodation.asked_at, Accommodation.id)))


def terms_of(interview: Interview, question: Question) -> Terms:
    """What holds for this candidate at this moment: a grant in mid-interview counts from then on."""
    think = question.think_seconds
    if think:  # while one plays, nobody thinks about it yet
        shown = [clip for clip in (question.clip, question.signed) if clip is not None and clip.is_shown]
        think += math.ceil(max((clip.seconds or 0 for clip in shown), default=0))
    terms = Terms(question.kind, think, question.limit_seconds, question.takes_allowed)
    for row in of_invitation(interview.invitation):
        if row.granted_at is None:
            continue
        if row.kind is Help.TIME:
            more = 1 + row.amount / 100
            longer = min(LONGEST, round(terms.limit_seconds * more))
            terms = replace(terms, think_seconds=round(terms.think_seconds * more), limit_seconds=longer)
        elif row.kind is Help.TAKES:
            terms = replace(terms, takes=terms.takes + row.amount)
        elif row.kind is Help.NO_CLOCK:
            terms = replace(terms, limit_seconds=LONGEST, clock=False)
        elif row.kind is Help.SOUND_ONLY and terms.kind is QuestionKind.VIDEO:
            terms = replace(terms, kind=QuestionKind.AUDIO)
    return terms


def ask(invitation: Invitation, kinds: Collection[Help], words: str) -> tuple[list[Accommodation], bool]:
    """Ask for help: what the organisation grants at once is granted, the rest goes to whoever invited.

    ``words`` are passed on to them and kept with the request alone. Returns what was granted at once, and whether a
    person was asked. Raises InvitationError where nothing is asked for.
    """
    if not kinds and not words.strip():
        raise operations.InvitationError(_("Choose what you need, or write it."))
    there = {row.kind for row in of_invitation(invitation) if row.declined_at is None}
    page = page_of(invitation.organisation_id)
    granted: list[Accommodation] = []
    open_ones: list[Accommodation] = []
    for kind in Help:
        if kind not in kinds or kind in there:
            continue
        amount = page.extra_time if kind is Help.TIME else _AMOUNTS.get(kind, 0)
        row = Accommodation(invitation=invitation, kind=kind, amount=amount)
        db.session.add(row)
        (granted if kind.value in page.at_once else open_ones).append(row)
    db.session.flush()
    for row in granted:
        _grant(row, by=None)
    asked = open_ones or words.strip()
    if asked:
        with writing_in(invitation.language):
            wanted = [str(OFFERS[row.kind.value]) for row in open_ones]
        text = "\n".join([*wanted, words.strip()]).strip()
        operations.ask(invitation, RequestKind.FORMAT, text[: operations.LONGEST_REQUEST])
    if granted:
        tell(invitation, granted)
    return granted, bool(asked)


def grant(row: Accommodation, *, by: User, amount: int | None = None) -> None:
    """Grant what was asked for; the candidate is told. A second time changes nothing."""
    if row.granted_at is None:
        if amount is not None and row.kind in (Help.TIME, Help.TAKES, Help.DAYS):
            row.amount = max(1, min(200, amount))
        _grant(row, by=by)
        tell(row.invitation, [row])


def give(invitation: Invitation, kind: Help, amount: int | None, *, by: User) -> Accommodation:
    """Grant something that nobody asked for in writing: on the telephone, say."""
    page = page_of(invitation.organisation_id)
    usual = page.extra_time if kind is Help.TIME else _AMOUNTS.get(kind, 0)
    row = Accommodation(invitation=invitation, kind=kind, amount=usual)
    db.session.add(row)
    db.session.flush()
    grant(row, by=by, amount=amount)
    return row


def decline(row: Accommodation, *, by: User) -> None:
    """Decline what was asked for, or end what was granted; answers that were given stay as they are."""
    if row.declined_at is None:
        row.declined_at, row.granted_at, row.by_id = now(), None, by.id
        db.session.flush()
        record("accommodation declined", invitation=row.invitation_id, by=by.id)


def person_instead(invitation: Invitation) -> CandidateRequest:
    """Ask for a conversation instead of the recorded interview: one click, and no reason."""
    with writing_in(invitation.language):
        words = _("I would like a conversation with a person instead of the recorded interview.")
    return operations.ask(invitation, RequestKind.PERSON, words)


def _grant(row: Accommodation, *, by: User | None) -> None:
    row.granted_at, row.declined_at, row.by_id = now(), None, by.id if by else None
    if row.kind is Help.DAYS:
        before = row.invitation.deadline
        row.invitation.deadline = max(before, now()) + timedelta(days=row.amount)
        db.session.flush()
        events.send(events.deadline_moved, invitation_id=row.invitation_id, before=before.isoformat())
    db.session.flush()
    record("accommodation granted", invitation=row.invitation_id, by=by.id if by else None)


def tell(invitation: Invitation, rows: Collection[Accommodation]) -> None:
    """Have the candidate told what they were granted, in the language of their invitation."""
    with writing_in(invitation.language):
        text = "; ".join(str(OFFERS[row.kind.value]) for row in rows)
    events.send(events.accommodation_granted, invitation_id=invitation.id, text=text)
