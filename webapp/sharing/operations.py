"""What can be done with guests' links: make, bind by a one-time code, give a new code, revoke. Nothing here commits.

A link alone opens nothing: the first browser that gives the code, which the sharer passes on by another way than the
link, is bound to it. Another browser, or the same one after five wrong codes, needs a new code from the sharer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, has_request_context, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from webapp.accounts.models import Role, User
from webapp.core import scoping
from webapp.core.database import db, now
from webapp.core.hosts import base_url
from webapp.core.keys import signer
from webapp.core.security_log import record
from webapp.interviews.access import may_share
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.positions.models import Position
from webapp.sharing.models import Share, ShareAct, ShareEvent

_SALT = "viva.share"
#: A link is open for at least an hour, and for at most so long.
LONGEST = timedelta(days=60)
#: Interviews of one link, wrong codes before a new one is needed, and digits of a code.
MOST_INTERVIEWS, WRONG_CODES, DIGITS = 50, 5, 8


class ShareError(ValueError):
    """This cannot be shared like that; the message is for a person."""


def share(
    position: Position,
    interviews: Collection[Interview],
    *,
    name: str,
    email: str,
    until: datetime,
    by: User,
    hidden_questions: Collection[str] = (),
    with_analyses: bool = False,
) -> tuple[Share, str]:
    """Let a guest review some interviews of a position until a moment (aware): the link's row, and its code.

    The code is shown once and kept as a hash. Raises ShareError where nothing is left to review, an interview is not
    theirs to share or not submitted, a name or an address is none, and for somebody who works here: they are put into
    the team instead.
    """
    if not interviews:
        raise ShareError(_("Choose at least one interview that was submitted."))
    if len(interviews) > MOST_INTERVIEWS:
        raise ShareError(_("Share at most %(count)s interviews by one link.", count=MOST_INTERVIEWS))
    for interview in interviews:
        if interview.position_id != position.id or not may_share(by, interview):
            raise ShareError(_("Your role in this team does not allow that."))
        if interview.state is not InterviewState.SUBMITTED:
            raise ShareError(_("Only interviews that were submitted can be shared."))
        if {question.id for question in interview.question_set.questions} <= set(hidden_questions):
            raise ShareError(_("Leave the guest at least one question to review."))
    if not now() < until <= now() + LONGEST:
        raise ShareError(_("Choose an end within the next %(days)s days.", days=LONGEST.days))
    guest = _guest(name, email, position.organisation_id)
    code = _new_code()
    row = Share(
        organisation_id=position.organisation_id,
        position=position,
        guest=guest,
        email=email.strip().lower(),
        created_by=by,
        expires_at=until,
        with_analyses=with_analyses,
        hidden_questions=sorted(hidden_questions),
        interviews=list(interviews),
    )
    db.session.add(row)
    db.session.flush()
    row.code_hash = _hash_of(row, code)
    db.session.flush()
    record("shared with a guest", share=row.id, interviews=len(row.interviews), by=by.id)
    return row, code


def _guest(name: str, email: str, organisation_id: str) -> User:
    """The account of an organisation's guest, which cannot sign in. Raises ShareError for people who work here."""
    try:
        name, email = clean_name(name), clean_email(email).lower()
    except FieldError as failure:
        raise ShareError(str(failure)) from None
    if not email or not name:
        raise ShareError(_("Enter the guest's name and email address."))
    staff = sa.select(User.id).where(
        User.email == email, User.organisation_id == organisation_id, User.role.in_((Role.RECRUITER, Role.ADMIN))
    )
    if db.session.scalars(staff).first() is not None:
        raise ShareError(_("This person has an account here. Add them to the team instead."))
    # Addresses of accounts are unique over all organisations; two may have the same guest, and know nothing of it.
    account = f"guest+{hashlib.sha256(f'{organisation_id} {email}'.encode()).hexdigest()[:24]}@guests.invalid"
    known = sa.select(User).where(User.email == account).execution_options(**{scoping.ALL: True})
    if (there := db.session.scalars(known).first()) is not None:
        return there
    user = User(name=name, email=account, role=Role.GUEST)
    user.lock_password()
    db.session.add(user)
    db.session.flush()
    return user


def _new_code() -> str:
    return "".join(secrets.choice("0123456789") for _digit in range(DIGITS))


def _hash_of(row: Share, code: str) -> str:
    """Eight digits are few: without the server's key nobody can try them against a stolen database."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{_SALT}.{row.id}.{code}".encode(), hashlib.sha256).hexdigest()


def new_code(row: Share, *, by: User) -> str:
    """A new code, for a guest who changes browsers or lost the old one; the browser that was bound is out.

    Raises ShareError once the link is over.
    """
    if not row.is_open:
        raise ShareError(_("This link is over. Create a new one."))
    code = _new_code()
    row.code_hash, row.wrong_codes, row.browser = _hash_of(row, code), 0, None
    db.session.flush()
    record("guest code renewed", share=row.id, by=by.id)
    return code


def revoke(row: Share, *, by: User) -> None:
    """Close the link at once, for good; what the guest has written stays. A second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at = now()
        row.code_hash = row.browser = None
        db.session.flush()
        record("guest link revoked", share=row.id, by=by.id)


def bind(row: Share, code: str, secret: str) -> bool:
    """Bind the link to the browser that holds ``secret``, if ``code`` is right; it counts once. False otherwise.

    Five wrong ones end the code. The row is locked while it is counted, so that none is tried twice at once.
    """
    db.session.refresh(row, with_for_update=True)
    digits = "".join(sign for sign in code if sign.isdigit())
    if not row.is_open or row.code_hash is None:
        return False
    if not hmac.compare_digest(row.code_hash, _hash_of(row, digits)):
        row.wrong_codes += 1
        if row.wrong_codes >= WRONG_CODES:
            row.code_hash = None
        note(row, ShareAct.WRONG_CODE)
        record("guest code refused", share=row.id, wrong=row.wrong_codes)
        return False
    row.code_hash, row.browser, row.bound_at = None, browser_hash(secret), now()
    note(row, ShareAct.BOUND)
    record("guest link bound", share=row.id)
    return True


def browser_hash(secret: str) -> str:
    """What is kept of a browser's secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def note(row: Share, act: ShareAct, answer: Answer | None = None) -> None:
    """Write down what the guest did, once a minute at most for the same thing."""
    recent = sa.select(ShareEvent.id).where(
        ShareEvent.share_id == row.id,
        ShareEvent.act == act,
        ShareEvent.answer_id == (answer.id if answer else None),
        ShareEvent.at > now() - timedelta(minutes=1),
    )
    if act is not ShareAct.WRONG_CODE and db.session.scalars(recent.limit(1)).first() is not None:
        return
    address = (request.remote_addr or "")[:64] if has_request_context() else ""
    db.session.add(ShareEvent(share_id=row.id, act=act, answer_id=answer.id if answer else None, address=address))
    db.session.flush()


def _serializer() -> URLSafeSerializer:
    return signer(_SALT)


def share_url(row: Share) -> str:
    """The link that the sharer passes on."""
    return f"{base_url()}/guest/{_serializer().dumps(row.id)}"


def share_of_token(token: str) -> Share | None:
    """The row that a link's token was signed for; None for any other. It may be revoked or over."""
    try:
        share_id = _serializer().loads(token)
    except BadData:
        return None
    return db.session.get(Share, share_id) if isinstance(share_id, str) else None


def shares_of(position: Position) -> list[Share]:
    """Every link of a position, the newest first."""
    query = sa.select(Share).where(Share.position_id == position.id)
    return list(db.session.scalars(query.order_by(Share.created_at.desc(), Share.id)))
