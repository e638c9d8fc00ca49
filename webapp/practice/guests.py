"""Private practice without an account: who may, how often, and how it ends. Nothing here commits.

Somebody comes by an invitation or, where the organisation offers it, by a link that goes to their address (links.py).
It belongs to them alone. Their account is made up for it and belongs to no organisation, its interviews are practice
like any other, and nothing leads from an invitation or an address to them but a row that no page of the hiring side
reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import TEMPORARY, Role, User
from webapp.core.database import db, new_id, now
from webapp.core.security_log import record
from webapp.interviews import binding
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.operations import is_open
from webapp.practice import links, operations, settings
from webapp.practice.models import PracticeError, PracticeGuest, PracticeLink

#: After so long everything is erased.
LASTS = timedelta(days=14)
#: Browsers in which one invitation is practised with, and practice interviews that one of them may keep.
MOST_BROWSERS, MOST_INTERVIEWS = 3, 8
#: So many are erased in one sweep.
AT_ONCE = 20


def may_practise(invitation: Invitation) -> bool:
    """Whether an invitation still leads its candidate to private practice here: until its interview is handed in."""
    interview = invitation.interview
    return is_open(invitation) and (interview is None or binding.is_bound_here(interview))


def guest_of(user: User) -> PracticeGuest | None:
    """How somebody practises without an account; None for those who have one."""
    return db.session.scalar(sa.select(PracticeGuest).where(PracticeGuest.user_id == user.id))


def guest_here(invitation: Invitation) -> PracticeGuest | None:
    """Who practises by ``invitation`` in this browser; None where nobody has yet."""
    secret = binding.secret_of_browser()
    if not secret:
        return None
    query = sa.select(PracticeGuest).where(
        PracticeGuest.invitation_id == invitation.id,
        PracticeGuest.browser == _hash(secret),
        PracticeGuest.expires_at > now(),
    )
    return db.session.scalar(query)


def admit(invitation: Invitation) -> PracticeGuest:
    """Who practises by ``invitation`` in this browser, made where nobody has yet.

    Raises PracticeError where it no longer leads to practice, in a browser that keeps no cookies, and for too many.
    """
    if not may_practise(invitation):
        raise PracticeError(_("You can practise by this link until you submit your interview or its deadline passes."))
    if (found := guest_here(invitation)) is not None:
        return found
    secret = binding.secret_of_browser()
    if not secret:
        raise PracticeError(_("This browser keeps no cookies, so a practice would be lost. Allow them and try again."))
    count = sa.select(sa.func.count(PracticeGuest.id)).where(PracticeGuest.invitation_id == invitation.id)
    if (db.session.scalar(count) or 0) >= MOST_BROWSERS:
        raise PracticeError(_("You have practised in several browsers. Go on in one of those."))
    whose = {"invitation": invitation, "organisation_id": invitation.organisation_id, "browser": _hash(secret)}
    try:
        return _made(invitation.name, invitation.chosen_language, **whose)
    except sa.exc.IntegrityError:  # pressed twice at the same moment
        return guest_here(invitation) or admit(invitation)


def admit_by_link(link: PracticeLink) -> PracticeGuest:
    """Who practises by the address that ``link`` went to, made where nobody does yet. Uses the link up.

    Raises PracticeError where the link is used or over.
    """
    links.use(link)
    whose = {"organisation_id": link.organisation_id, "address": link.address}
    language, known = link.language, sa.select(PracticeGuest).filter_by(**whose)
    found = db.session.scalar(known)
    if found is not None and found.expires_at > now():
        return found
    if found is not None:
        erase(found.user)
    try:
        return _made(_("Guest"), language, **whose, browser="")
    except sa.exc.IntegrityError:  # by two links at the same moment
        return db.session.scalars(known).one()


def _made(name: str, language: str, **whose: Any) -> PracticeGuest:
    user = User(email=f"{new_id()}{TEMPORARY}", name=name, role=Role.CANDIDATE)
    user.language = language
    user.lock_password()
    with db.session.begin_nested():
        guest = PracticeGuest(user=user, expires_at=now() + LASTS, **whose)
        db.session.add(guest)
    record("practice opened", person=guest.user_id)
    return guest


def go_on(guest: PracticeGuest) -> Interview:
    """The practice interview that is open, else a new one. Raises PracticeError where there are too many."""
    user = guest.user
    interviews = operations.practice_of(user)
    if (begun := next((each for each in interviews if each.state is InterviewState.OPEN), None)) is not None:
        return begun
    check_room(user)
    return operations.start(user, settings.set_for(user))


def check_room(user: User) -> None:
    """Raise PracticeError for somebody without an account who keeps as many practice interviews as they may."""
    if user.is_temporary and len(operations.practice_of(user)) >= MOST_INTERVIEWS:
        raise PracticeError(
            _("You have %(number)s practice interviews. Delete one to start another.", number=MOST_INTERVIEWS)
        )


def erase(user: User) -> None:
    """Erase somebody who practised without an account, with everything that they recorded and wrote.

    Raises ValueError for those who have one.
    """
    if not user.is_temporary:
        raise ValueError("Only who practises without an account is erased here.")
    for interview in operations.practice_of(user):
        operations.delete(interview)
    guest = guest_of(user)
    if guest is not None and guest.address is not None:
        links.forget(PracticeLink.address == guest.address, PracticeLink.organisation_id == guest.organisation_id)
    db.session.execute(sa.delete(PracticeGuest).where(PracticeGuest.user_id == user.id))
    record("practice erased", person=user.id)
    db.session.delete(user)
    db.session.flush()


def erase_expired(moment: datetime | None = None) -> int:
    """Erase those whose time is over, and those whose invitation was erased; how many that were."""
    lasts = sa.select(PracticeGuest.user_id).where(PracticeGuest.expires_at > (moment or now()))
    query = sa.select(User).where(User.email.endswith(TEMPORARY), User.id.not_in(lasts)).limit(AT_ONCE)
    found = list(db.session.scalars(query))
    for user in found:
        erase(user)
    return len(found)


def erase_of(interview_ids: Sequence[str]) -> None:
    """Erase those who practised by the invitations of these interviews, where somebody's data goes."""
    invited = sa.select(Interview.invitation_id).where(Interview.id.in_(interview_ids))
    query = sa.select(User).join(PracticeGuest, PracticeGuest.user_id == User.id)
    for user in list(db.session.scalars(query.where(PracticeGuest.invitation_id.in_(invited)))):
        erase(user)


def erase_by_address_of(invitation: Invitation) -> None:
    """Erase who practises by mail to the address of ``invitation``, where somebody asked for their data to go."""
    marks, whose = links.marks_of(invitation.email), invitation.organisation_id
    query = sa.select(User).join(PracticeGuest, PracticeGuest.user_id == User.id)
    theirs = PracticeGuest.organisation_id == whose, PracticeGuest.address.in_(marks)
    for user in list(db.session.scalars(query.where(*theirs))):
        erase(user)
    links.forget(PracticeLink.organisation_id == whose, PracticeLink.address.in_(marks))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
