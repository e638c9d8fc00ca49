"""Putting messages into the outbox, in the transaction that causes them. Nothing here commits, nothing is sent here.

A message has a **cause**: a text that names what happened (``receipt:<interview>``). A cause gets one message, whoever
says it how often; the row's id goes into the Message-ID or the webhook-id, and stays. ``delivery.py`` sends what is
here, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import has_request_context
from flask_login import current_user
from sqlalchemy.dialects import postgresql, sqlite

from webapp.accounts.models import User
from webapp.accounts.operations import first_organisation
from webapp.core import mail
from webapp.core.database import after_commit, db, new_id, now
from webapp.core.hosts import base_url
from webapp.core.scoping import kept_to
from webapp.core.translation import ENGLISH
from webapp.core.translation import language as page_language
from webapp.interviews.models import Invitation
from webapp.messages import tasks
from webapp.messages.models import NORMAL, Channel, Message, State
from webapp.organisations.profile import language_of

#: How long a message is tried, unless its kind says another time.
TRIED = timedelta(days=2)
#: How many causes one query asks for.
_ASKED_AT_ONCE = 500


def put(
    *, kind: str, cause: str, recipient: str, channel: Channel = Channel.MAIL, name: str = "", user: User | None = None,
    invitation: Invitation | None = None, language: str = "", zone: str = "", facts: dict[str, Any] | None = None,
    organisation_id: str | None = None, priority: int = NORMAL, due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str | None:  # fmt: skip
    """Have one message sent once this transaction is committed; its id, or None where the cause has one already.

    :param organisation_id: whose it is; else the invitation's, the person's, or that of whoever asks.
    :param due_at: not before this moment.
    :param expires_at: no longer tried after this one (two days after it is due).
    """
    moment = now()
    due = due_at or moment
    whose = organisation_id or (invitation.organisation_id if invitation else user.organisation_id if user else None)
    row = {
        "organisation_id": whose or kept_to() or first_organisation().id,
        "id": new_id(), "channel": channel, "kind": kind, "cause": cause, "state": _first_state(channel),
        "recipient": recipient, "name": name, "user_id": user.id if user else None,
        "invitation_id": invitation.id if invitation else None, "language": language or _language_of(user),
        "zone": zone, "base": base_url()[:300], "facts": facts or {}, "priority": priority, "created_at": moment,
        "due_at": due, "expires_at": expires_at or due + TRIED, "sent_at": moment if channel is Channel.APP else None,
        "attempts": 0, "failures": 0,
    }  # fmt: skip
    db.session.flush()
    written = db.session.scalar(_insert().values(row).on_conflict_do_nothing().returning(Message.id))
    if written is None:
        return None
    if row["state"] == State.WAITING and due <= moment:
        wake(channel)
    return str(written)


def _language_of(user: User | None) -> str:
    """The language in which somebody is written to: theirs, else their organisation's, else that of a colleague who has
    them written to."""
    if user is None:
        return page_language()
    known = user.language or user.last_language or language_of(user.organisation_id)
    if known or not has_request_context():
        return known or page_language()
    is_colleague = current_user.is_authenticated and current_user.organisation_id == user.organisation_id
    return page_language() if is_colleague else ENGLISH


def _first_state(channel: Channel) -> State:
    if channel is Channel.APP:
        return State.SENT
    return State.WAITING if channel is not Channel.MAIL or mail.is_configured() else State.HELD


def _insert() -> Any:
    """An insertion that may meet the same cause; both databases have one."""
    name = db.session.get_bind().dialect.name
    return postgresql.insert(Message) if name == "postgresql" else sqlite.insert(Message)


@dataclass(frozen=True)
class _Wake:
    """What is done after the commit: once for each way that messages go."""

    channel: Channel

    def __call__(self) -> None:
        tasks.deliver.delay(self.channel.value)


def wake(channel: Channel) -> None:
    """Have a worker look after what is due, once this transaction is committed."""
    action = _Wake(channel)
    if action not in db.session().info.get("after_commit", []):
        after_commit(action)


def suppress(message: Message, code: str, reason: str) -> None:
    """Keep a message from being sent; what is sent stays sent."""
    if message.state is not State.SENT:
        message.state, message.reason_code, message.reason = State.SUPPRESSED, code, reason
        message.lease_owner = message.lease_until = None
        db.session.flush()


def suppress_where(*where: sa.ColumnElement[bool], code: str, reason: str) -> int:
    """The same for all that wait and fulfil ``where``; how many."""
    query = (
        sa.update(Message)
        .where(Message.state.in_([State.WAITING, State.HELD]), *where)
        .values(state=State.SUPPRESSED, reason_code=code, reason=reason)
        .execution_options(synchronize_session="fetch")
    )
    return cast("sa.CursorResult[Any]", db.session.execute(query)).rowcount


def send_again(message: Message) -> None:
    """Have a message tried from the start, under the same id; what was sent is sent once more."""
    moment = now()
    message.state, message.due_at, message.expires_at = State.WAITING, moment, moment + TRIED
    message.failures, message.reason_code, message.reason = 0, None, None
    message.lease_owner = message.lease_until = None
    db.session.flush()
    wake(message.channel)


def was_sent(cause: str) -> bool:
    """Whether the message of a cause has gone out, or may have."""
    states = [State.SENT, State.SENDING]
    return db.session.scalar(sa.select(sa.exists().where(Message.cause == cause, Message.state.in_(states)))) or False


def has_message(cause: str) -> bool:
    """Whether a cause has its message."""
    return db.session.scalar(sa.select(sa.exists().where(Message.cause == cause))) or False


def having_messages(causes: Iterable[str]) -> set[str]:
    """Which of ``causes`` have their message."""
    asked, found = list(causes), set()
    for first in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[first : first + _ASKED_AT_ONCE]
        found |= set(db.session.scalars(sa.select(Message.cause).where(Message.cause.in_(some))))
    return found
