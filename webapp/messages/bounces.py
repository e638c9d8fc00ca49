"""Mail that came back: reads a delivery status notification (RFC 3464) and notes whom it was about."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default

import sqlalchemy as sa

from webapp.core import events
from webapp.core.database import db
from webapp.messages.models import Message, Refusal, State
from webapp.messages.smtp import RECIPIENT_REFUSED

_ID = re.compile(r"\b([0-9a-f]{32})\b")


def read(data: bytes) -> str | None:
    """Note what a returned mail says; the id of the message that came back, or None where it is none of ours.

    Only a failure for good (status 5) counts: a delay is none.
    """
    mail = message_from_bytes(data, policy=default)
    status, said = _status(mail)
    found = _message(mail)
    if found is None or not status.startswith("5"):
        return None
    found.state, found.reason_code, found.reason, found.answer = State.FAILED, "bounced", RECIPIENT_REFUSED, said[:500]
    refuse(found, said)
    db.session.flush()
    events.send(events.message_failed, message_id=found.id)
    return found.id


def refuse(message: Message, said: str) -> None:
    """Have its organisation write no more to an address that does not exist, until somebody lifts that. Those who hire
    see that list, so no address of a private message comes onto it."""
    if message.is_private:
        return
    address, whose = message.recipient.lower(), message.organisation_id
    there = sa.exists().where(Refusal.address == address, Refusal.kind == "", Refusal.organisation_id == whose)
    if not db.session.scalar(sa.select(there)):
        db.session.add(Refusal(organisation_id=whose, address=address, kind="", why="bounced", detail=said[:500]))
        db.session.flush()


def is_about_address(answer: str) -> bool:
    """Whether a mail server's answer says that there is no such address, rather than that it dislikes the mail."""
    return bool(re.match(r"55[013][ -](?!5\.)|5\d\d[ -]5\.1\.", answer))


def _status(mail: Mail) -> tuple[str, str]:
    """The status (5.1.1) and the words of the other server; empty where the mail is no such notification."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.walk():
                if status := block.get("Status"):
                    return str(status).strip(), str(block.get("Diagnostic-Code") or status)
    return "", ""


def _message(mail: Mail) -> Message | None:
    """The message that came back: by the address that it came back to, else by the Message-ID that it quotes."""
    places = [str(mail.get(name, "")) for name in ("X-Original-To", "Delivered-To", "To", "References", "In-Reply-To")]
    places += [str(part.get("Message-ID", "")) for part in mail.walk()][1:]
    places += [str(part.get_payload()) for part in mail.walk() if part.get_content_type() == "text/rfc822-headers"]
    for found in (each for place in places for each in _ID.findall(place)):
        if (message := db.session.get(Message, found)) is not None:
            return message
    return None
