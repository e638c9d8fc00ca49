"""What templates ask about messages: the names of states, the notices of a person, the messages to a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin

from webapp.accounts.models import User
from webapp.core import mail
from webapp.core.database import db
from webapp.interviews.models import CandidateRequest, Invitation
from webapp.interviews.operations import requests_of
from webapp.messages import variables
from webapp.messages.kinds import KINDS
from webapp.messages.models import Channel, Message, State
from webapp.messages.wordings import WordingError, fill_in, words_of

STATE_NAMES = {
    State.WAITING: _l("Waiting"),
    State.SENDING: _l("Being sent"),
    State.SENT: _l("Sent"),
    State.HELD: _l("Held"),
    State.FAILED: _l("Failed"),
    State.SUPPRESSED: _l("Suppressed"),
}
_CLASSES = {State.SENT: "tag-good", State.FAILED: "tag-bad", State.HELD: "tag-warn", State.SENDING: "tag-accent"}


def init_app(app: Flask) -> None:
    """Give templates what they ask."""
    app.jinja_env.globals.update(
        messages_to=messages_to,
        unread_notices=unread,
        mail_is_configured=mail.is_configured,
        open_requests=open_requests,
    )
    app.jinja_env.filters.update(
        message_state=lambda state: str(STATE_NAMES[state]),
        message_class=lambda state: _CLASSES.get(state, ""),
        message_kind=kind_name,
    )


def kind_name(key: str) -> str:
    """What a kind is called; the key of one that this Viva does not know, or of an event."""
    return str(KINDS[key].title) if key in KINDS else key


def messages_to(invitation: Invitation) -> list[Message]:
    """The mails to a candidate, the newest first."""
    query = sa.select(Message).where(
        Message.invitation_id == invitation.id, Message.channel == Channel.MAIL, Message.user_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(Message.created_at.desc(), Message.id)))


def open_requests(invitation: Invitation) -> list[CandidateRequest]:
    """What the candidate asked for and nobody has settled."""
    return [request for request in requests_of(invitation) if request.settled_at is None]


def notices_of(user: User | AnonymousUserMixin) -> sa.Select[Message]:
    """What Viva tells ``user`` inside of itself."""
    return sa.select(Message).where(Message.user_id == user.id, Message.channel == Channel.APP)


def unread(user: User | AnonymousUserMixin) -> int:
    """How many notices ``user`` has not read."""
    if not user.is_authenticated:
        return 0
    query = notices_of(user).where(Message.read_at.is_(None)).with_only_columns(sa.func.count())
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Notice:
    """A notice in words, in the language of the page."""

    text: str
    detail: str
    link: str
    created_at: datetime
    is_new: bool

    @classmethod
    def of(cls, message: Message) -> Notice:
        """The notice of a row; one whose words cannot be filled in is named by its kind."""
        values = variables.values_of(message)
        kind = KINDS.get(message.kind)
        text, detail = kind_name(message.kind), ""
        if kind is not None:
            try:
                letter = fill_in(kind, *words_of(kind, message.language, message.organisation_id), values)
                text = letter.subject
                said = (each.text for each in letter.paragraphs[1:] if not each.link)
                detail = values.get("request") or next(said, "")
            except WordingError:
                pass
        return cls(text, detail, values.get("link", ""), message.created_at, message.read_at is None)
