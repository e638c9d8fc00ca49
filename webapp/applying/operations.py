"""What can be done with open links. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from webapp.accounts.models import User
from webapp.applying.models import Application, OpenLink
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.hosts import link_to
from webapp.core.keys import signer, timed_signer
from webapp.core.security_log import record
from webapp.core.translation import language as page_language
from webapp.core.zones import browser_zone
from webapp.interviews.models import Invitation
from webapp.interviews.operations import LONGEST, create_invitation
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet, SetState

_LINK, _CONFIRM = "viva.open-link", "viva.confirm-address"
#: People by one link, days that each has to answer, messages that one address may ask for.
MOST, LONGEST_DAYS, ASKED = 5000, 60, 3
#: How long a confirming link works, and how long an address waits for it.
CONFIRM = timedelta(days=3)
FORGOTTEN = timedelta(days=7)


class ApplyError(ValueError):
    """This cannot be done; the message is for a person, ``field`` the one at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def make_link(
    *, position: Position, question_set: QuestionSet, cap: int, days: int, ends_at: datetime, origins: Sequence[str],
    by: User,
) -> OpenLink:  # fmt: skip
    """A link by which up to ``cap`` people get an interview until ``ends_at``. Raises ApplyError."""
    if question_set.state is not SetState.PUBLISHED:
        raise ApplyError(_("Only a published question set can be used. Choose a published one."), "question_set")
    if not 1 <= cap <= MOST:
        raise ApplyError(_("Choose a number from 1 to %(most)s.", most=MOST), "cap")
    if not 1 <= days <= LONGEST_DAYS:
        raise ApplyError(_("Choose 1 to %(most)s days.", most=LONGEST_DAYS), "days")
    if not now() < ends_at <= now() + LONGEST:
        raise ApplyError(_("Choose a day within the next year."), "date")
    link = OpenLink(
        position=position, question_set=question_set, cap=cap, days=days, ends_at=ends_at, created_by_id=by.id,
        origins=[origin_of(each) for each in origins],
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    record("open link made", link=link.id, by=by.id)
    return link


def origin_of(text: str) -> str:
    """The origin of a page, as a policy takes it. Raises ApplyError."""
    parts = urlsplit(text.strip())
    if parts.scheme != "https" or not parts.netloc or not text.isascii() or any(each in text for each in " ;,'\""):
        raise ApplyError(_("Enter addresses that begin with https://, one on each line."), "origins")
    return f"https://{parts.netloc}"


def close(link: OpenLink, *, by: User) -> None:
    """Let nobody more come by it; who has an interview keeps it."""
    if link.closed_at is None:
        link.closed_at = now()
        db.session.flush()
        record("open link closed", link=link.id, by=by.id)


def _signer(salt: str) -> URLSafeSerializer:
    return signer(salt)


def url_of(link: OpenLink, *, embedded: bool = False) -> str:
    """The address to pass on, or the one for a frame in another page."""
    endpoint = "applying.embedded" if embedded else "applying.apply"
    return link_to(endpoint, token=_signer(_LINK).dumps(link.id))


def link_of_token(token: str) -> OpenLink | None:
    """The link that a token was made for; None for any other token."""
    try:
        found = _signer(_LINK).loads(token)
    except BadData:
        return None
    return db.session.get(OpenLink, found) if isinstance(found, str) else None


def apply(link: OpenLink, name: str, email: str) -> None:
    """Somebody wants an interview: a message goes to their address, and nothing else happens. Raises ApplyError.

    Nothing says to the caller whether the address was here before.
    """
    if not link.is_open:
        raise ApplyError(_("This link is closed."))
    try:
        name = clean_name(name)
    except FieldError as failure:
        raise ApplyError(str(failure), "name") from None
    try:
        email = clean_email(email).lower()
    except FieldError as failure:
        raise ApplyError(str(failure), "email") from None
    known = db.session.scalar(sa.select(Application).filter_by(open_link_id=link.id, email=email))
    if known is None:
        known = Application(
            open_link_id=link.id, name=name, email=email, language=page_language(),
            time_zone=zone.key if (zone := browser_zone()) else "",
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                db.session.add(known)
        except sa.exc.IntegrityError:  # twice at the same moment
            return
    elif known.asked >= ASKED:
        return
    else:
        known.asked += 1
        if known.confirmed_at is None:
            known.name = name
    db.session.flush()
    events.send(events.application_received, application_id=known.id)


def confirm_url(application: Application) -> str:
    """The link that goes to the address."""
    confirming = timed_signer(_CONFIRM)
    return link_to("applying.confirm", token=confirming.dumps(application.id))


def application_of_token(token: str) -> Application | None:
    """The application whose address a token confirms; None where it is none, or too old."""
    confirming = timed_signer(_CONFIRM)
    try:
        found = confirming.loads(token, max_age=int(CONFIRM.total_seconds()))
    except BadData:
        return None
    return db.session.get(Application, found) if isinstance(found, str) else None


def confirm(application: Application) -> Invitation:
    """The address is theirs: they get an invitation, the same one ever after. Raises ApplyError where the link is full.

    Places are counted by one UPDATE, so that no more come than may, however many confirm at once.
    """
    if application.invitation is not None:
        return application.invitation
    link = application.open_link
    if not link.is_open:
        raise ApplyError(_("This link is closed: its time is over, or all places are taken."))
    unconfirmed = Application.id == application.id, Application.confirmed_at.is_(None)
    if not _updated(sa.update(Application).where(*unconfirmed).values(confirmed_at=now())):
        db.session.refresh(application)  # confirmed twice at once: the other one was first
        if application.invitation is not None:
            return application.invitation
        raise ApplyError(_("Open the link once more."))
    free = OpenLink.id == link.id, OpenLink.taken < OpenLink.cap
    if not _updated(sa.update(OpenLink).where(*free).values(taken=OpenLink.taken + 1)):
        raise ApplyError(_("All places are taken."))
    db.session.refresh(link)
    db.session.refresh(application)
    application.invitation = create_invitation(
        position=link.position, question_set=link.question_set, name=application.name, email=application.email,
        deadline=now() + timedelta(days=link.days), by=link.created_by, time_zone=application.time_zone,
        language=application.language,
    )  # fmt: skip
    db.session.flush()
    return application.invitation


def _updated(update: sa.Update) -> bool:
    """Whether an update found a row that fulfils its condition."""
    done = db.session.execute(update.execution_options(synchronize_session=False))
    return bool(cast("sa.CursorResult[Any]", done).rowcount)


def links_of(position: Position) -> list[OpenLink]:
    """The open links of a position, the newest first."""
    query = sa.select(OpenLink).where(OpenLink.position_id == position.id)
    return list(db.session.scalars(query.order_by(OpenLink.created_at.desc(), OpenLink.id)))


def forget_unconfirmed() -> int:
    """Delete addresses that nobody confirmed within a week; how many. For the sweep."""
    old = sa.and_(Application.confirmed_at.is_(None), Application.created_at < now() - FORGOTTEN)
    return cast("sa.CursorResult[Any]", db.session.execute(sa.delete(Application).where(old))).rowcount
