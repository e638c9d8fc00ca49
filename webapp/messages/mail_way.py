"""How mail is sent: what is asked of the row before, and what goes to the relay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from ml.core.messages import N_
from webapp.core import mail
from webapp.core.database import db, now
from webapp.messages import relevance
from webapp.messages.composing import bounce_address, built, kind_of
from webapp.messages.delivery import Away, Delay, Dropped, Refused, Way
from webapp.messages.models import URGENT, Channel, Message, Refusal, State
from webapp.messages.smtp import Letter, Relay
from webapp.messages.wordings import WordingError

#: Seconds to wait after each failure.
WAITS = (60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0)
HOUR = timedelta(hours=1)


class MailSession:
    """Mail by one connection to the relay."""

    def __init__(self, relay: Relay | None) -> None:
        self._relay = relay

    def prepare(self, message: Message) -> Letter:
        """The mail of ``message``. Raises what delivery knows where it is not to go now."""
        kind = kind_of(message)
        if kind is None:
            raise Refused("unknown", N_("This Viva does not know this kind of message. A newer one wrote it."))
        if why := relevance.why_not(message):
            raise Dropped(*why)
        _check_recipient(message)
        _check_rate(message)
        try:
            content = built(kind, message).as_bytes()
        except WordingError as error:
            raise Refused("wording", WORDING % {"error": str(error)}) from None
        unicode = not message.recipient.isascii()
        return Letter(bounce_address(message.id), message.recipient, content, unicode)

    def send(self, prepared: Letter) -> str:
        """Hand it to the relay."""
        if self._relay is None:
            raise Away("no_server", NO_SERVER)
        return self._relay.send(prepared)


WORDING = N_("Your words for this message cannot be filled in: %(error)s Correct them, and it is sent.")
NO_SERVER = N_("There is no mail server any more. See VIVA_SMTP_HOST.")


def _check_recipient(message: Message) -> None:
    refusal = db.session.scalar(
        sa.select(Refusal)
        .where(
            Refusal.address == message.recipient.lower(),
            Refusal.kind.in_(["", message.kind]),
            sa.or_(Refusal.organisation_id == message.organisation_id, Refusal.organisation_id.is_(None)),
        )
        .limit(1)
    )
    if refusal is None:
        return
    if refusal.why == "bounced":
        raise Refused("bounced", N_("Mail to this address came back before. Correct the address."), refusal.detail)
    raise Dropped("unwanted", N_("The recipient wants no messages of this kind."))


def _check_rate(message: Message) -> None:
    """Let a person have so many messages an hour; codes and passwords do not count."""
    most = current_app.config["MAIL_PER_HOUR"]
    if message.priority == URGENT or not most:
        return
    since = now() - HOUR
    sent = db.session.scalars(
        sa.select(Message.sent_at)
        .where(
            Message.recipient == message.recipient, Message.channel == Channel.MAIL, Message.state == State.SENT,
            Message.sent_at > since, Message.priority != URGENT,
        )
        .order_by(Message.sent_at.desc())
        .limit(most)
    ).all()  # fmt: skip
    if len(sent) >= most and (oldest := sent[-1]) is not None:
        raise Delay(oldest + HOUR, "rate", N_("This person had many messages within an hour, so this one waits."))


@contextmanager
def _session() -> Iterator[MailSession]:
    relay = Relay() if mail.is_configured() else None
    try:
        yield MailSession(relay)
    finally:
        if relay is not None:
            relay.close()


WAY = Way(_session, WAITS)
