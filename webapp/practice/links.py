"""Links by which somebody practises without an invitation: they go to an address, work once, and end by themselves.

Nothing here keeps the address. A row holds the hash of the link and a mark of the address that only this installation
can make; the address itself stands in the message alone, which goes once it is out (webapp/messages). Nothing commits.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.core import events
from webapp.core.database import db, new_id, now
from webapp.core.hosts import link_to
from webapp.core.sealing import keys_for
from webapp.core.translation import language as page_language
from webapp.core.zones import browser_zone
from webapp.interviews.person_fields import clean_email
from webapp.practice.models import PracticeError, PracticeLink

#: How long a link works, and how many an address gets within an hour.
WORKS, PER_HOUR = timedelta(hours=24), 3
_PURPOSE = "practice by mail"


def ask(organisation_id: str, email: str) -> None:
    """Have a link sent to ``email``, to practise with what ``organisation_id`` offers. Raises FieldError.

    Nothing says to the caller whether one goes out: who asks too often for an address would learn that its owner asked.
    """
    email = clean_email(email).lower()
    address, moment = marks_of(email)[0], now()
    recent = sa.select(sa.func.count(PracticeLink.id)).where(
        PracticeLink.address == address, PracticeLink.created_at > moment - timedelta(hours=1)
    )
    if (db.session.scalar(recent) or 0) >= PER_HOUR:
        return
    link = PracticeLink(
        id=new_id(), organisation_id=organisation_id, address=address, language=page_language(),
        created_at=moment, expires_at=moment + WORKS,
    )  # fmt: skip
    link.token = _hash(_token_of(link.id))
    db.session.add(link)
    db.session.flush()
    zone = browser_zone()
    events.send(events.practice_link_asked, link_id=link.id, address=email, zone=zone.key if zone else "")


def marks_of(email: str) -> list[str]:
    """By what an address is known again, by each key that counts, today's first."""
    return [_mac(key, f"address {email.lower()}") for key in keys_for(_PURPOSE)]


def url_of(link_id: str) -> str:
    """What goes to the address. It is made when the message is written: nothing stores it."""
    return link_to("practice.by_link", token=_token_of(link_id))


def link_of_token(token: str) -> PracticeLink | None:
    """The link that a token was made for, which may be over; None for any other token."""
    return db.session.scalar(sa.select(PracticeLink).where(PracticeLink.token == _hash(token)))


def is_alive(link: PracticeLink) -> bool:
    """Whether a link can still be used."""
    return link.used_at is None and link.expires_at > now()


def use(link: PracticeLink) -> None:
    """Use a link up, by one UPDATE: of two who press at once, one is let in. Raises PracticeError."""
    update = sa.update(PracticeLink).where(
        PracticeLink.id == link.id, PracticeLink.used_at.is_(None), PracticeLink.expires_at > now()
    )
    done = db.session.execute(update.values(used_at=now()).execution_options(synchronize_session=False))
    if not cast("sa.CursorResult[Any]", done).rowcount:
        raise PracticeError(_("This link no longer works"))


def forget(*where: sa.ColumnElement[bool]) -> int:
    """Delete the links that fulfil ``where``, with what is still to be sent of them; how many."""
    ids = list(db.session.scalars(sa.select(PracticeLink.id).where(*where)))
    if ids:
        db.session.execute(sa.delete(PracticeLink).where(PracticeLink.id.in_(ids)))
        events.send(events.practice_links_ended, link_ids=ids)
    return len(ids)


def forget_ended() -> int:
    """Delete the links whose time is over; how many. For the sweep."""
    return forget(PracticeLink.expires_at <= now())


def _token_of(link_id: str) -> str:
    return _mac(keys_for(_PURPOSE)[0], f"link {link_id}")


def _mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
