"""Telling candidates, keeping what they were told, and having them sign. Nothing here commits."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import format_date
from flask_babel import gettext as _

from webapp.accounts.models import Organisation
from webapp.binding.texts import hash_of
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.personal_data import Kept
from webapp.core.security_log import record
from webapp.core.translation import language
from webapp.interviews.models import Interview, Invitation
from webapp.interviews.notice_models import Document, NoticeShown, NoticeText, Signature, Way
from webapp.notices import documents, keeping, texts
from webapp.policy import Mode
from webapp.policy.access import signatures_needed
from webapp.policy.acts import VERSION
from webapp.policy.engine import NEEDS


class SigningError(ValueError):
    """This is no signature; ``field`` is where (name, day, read), the message is for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def tell(invitation: Invitation, way: Way, *, address: str = "") -> NoticeShown:
    """Note that the candidate is shown the notice as it is now; the same text by the same way is noted once."""
    text = _text_now(invitation)
    query = sa.select(NoticeShown).filter_by(invitation_id=invitation.id, text_id=text.id, way=way)
    there = db.session.scalars(query.limit(1)).first()
    if there is not None and way is Way.PAGE:
        return there
    row = NoticeShown(invitation_id=invitation.id, text_id=text.id, way=way, address=address[:64])
    db.session.add(row)
    db.session.flush()
    db.session.expire(invitation, ["notices"])
    return row


def _text_now(invitation: Invitation) -> NoticeText:
    shown = texts.shown(invitation)
    body = [{"heading": part.heading, "lines": part.lines} for part in (*shown.parts, *shown.english)]
    digest = hashlib.sha256(json.dumps([language(), body], ensure_ascii=False).encode()).hexdigest()
    text = db.session.get(NoticeText, digest)
    if text is None:
        try:
            with db.session.begin_nested():
                text = NoticeText(id=digest, version=VERSION, language=language(), binding=shown.binding, body=body)
                db.session.add(text)
        except sa.exc.IntegrityError:  # shown to somebody else at the same moment
            text = db.session.get_one(NoticeText, digest)
    return text


def came_back(invitation: Invitation) -> None:
    """Note that the mail with the notice did not reach the candidate."""
    last = next((each for each in reversed(invitation.notices) if each.way is Way.MAIL), None)
    if last is not None:
        db.session.add(NoticeShown(invitation_id=invitation.id, text_id=last.text_id, way=Way.RETURNED))
        db.session.flush()
        db.session.expire(invitation, ["notices"])


def to_sign(interview: Interview) -> list[documents.DocumentText]:
    """The documents that what the candidate agreed to still needs."""
    if interview.mode is not Mode.ASSESSMENT or interview.position is None:
        return []
    agreed = [modality for modality, purpose in NEEDS.items() if purpose in interview.consented]
    return [text_of(interview, Document(kind)) for kind in signatures_needed(interview, agreed)]


def text_of(interview: Interview, kind: Document) -> documents.DocumentText:
    """A document for one interview, filled in."""
    organisation = db.session.get(Organisation, interview.organisation_id) if interview.organisation_id else None
    term = keeping.in_words(
        Kept.READINGS, keeping.terms(interview.place or "", interview.organisation_id)[Kept.READINGS]
    )
    return documents.text_of(
        kind,
        interview.organisation_id,
        organisation=organisation.name if organisation else "",
        position=interview.position.title if interview.position else "",
        day=str(format_date(now().date(), "long", rebase=False)),
        term=term,
    )


def sign(
    interview: Interview, kind: Document, *, name: str, day: date | None, read: bool, origin: tuple[str, str] = ("", "")
) -> Signature:
    """Keep a signature: name and date as typed, and the text. A second one of what is signed already changes nothing.

    :param day: today, by the calendar of any time zone.
    :param origin: network address and mark of the browser.
    Raises SigningError.
    """
    if there := next((each for each in interview.signatures if each.kind is kind and each.is_valid), None):
        return there
    if len(name.strip()) < 2:
        raise SigningError("name", _("Type your full name."))
    if day is None or abs(day - now().date()) > timedelta(days=1):
        raise SigningError("day", _("Enter today's date."))
    if not read:
        raise SigningError("read", _("Tick the box to say that you have read it."))
    text = text_of(interview, kind)
    row = Signature(
        interview=interview,
        kind=kind,
        typed_name=name.strip()[:120],
        typed_date=day,
        signed_at=now(),
        text=text.whole,
        text_version=text.version,
        text_language=text.language,
        text_hash=hash_of(text.language, text.whole),
        text_binding=text.binding,
        address=origin[0][:64],
        browser=origin[1][:80],
    )
    db.session.add(row)
    db.session.flush()
    record("document signed", interview=interview.id, kind=kind.value)
    events.send(events.consents_changed, interview_id=interview.id)
    return row
