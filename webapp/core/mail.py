"""Whether mail can be sent, and whom it is from: what every feature may ask. Sending is webapp/messages."""

from __future__ import annotations

from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from flask import current_app


def is_configured() -> bool:
    """Whether there is a mail server that takes messages."""
    return bool(current_app.config["SMTP_HOST"])


def sender() -> tuple[str, str]:
    """The name and the address that messages are from."""
    name, address = parseaddr(current_app.config["MAIL_FROM"] or "")
    if not address:
        host = urlsplit(current_app.config["PUBLIC_URL"] or "").hostname or "localhost"
        address = f"viva@{host}"
    return name or "Viva", address


def sender_header() -> str:
    """The same as one header has it."""
    return formataddr(sender())


def domain() -> str:
    """The domain in which the ids of messages are unique."""
    return sender()[1].rpartition("@")[2] or "localhost"
