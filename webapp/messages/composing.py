"""A mail as it goes out: words filled in, as text and as HTML with its styles in the tags, and the headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from pathlib import Path

import css_inline
from flask import current_app, render_template
from itsdangerous import BadData, URLSafeSerializer

from webapp.core import mail
from webapp.core.hosts import link_to
from webapp.core.keys import signer
from webapp.core.translation import language_tag
from webapp.messages import attachments, variables
from webapp.messages.kinds import KINDS, Kind
from webapp.messages.models import Message
from webapp.messages.notice_in_mail import with_notice
from webapp.messages.wordings import Letter, as_html, fill_in, samples, words_of

_SALT = "viva.unsubscribe"
#: The kind of a message that shows an admin their own words.
WORDING_TEST = "wording_test"


@dataclass(frozen=True)
class Composed:
    """A message in words and as HTML."""

    letter: Letter
    html: str
    link: str


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    style = (Path(__file__).with_name("mail.css")).read_text("utf-8")
    return css_inline.CSSInliner(extra_css=style, load_remote_stylesheets=False, keep_style_tags=False)


def kind_of(message: Message) -> Kind | None:
    """The kind whose words ``message`` has; None where this Viva does not know it."""
    return KINDS.get(str(message.facts.get("of")) if message.kind == WORDING_TEST else message.kind)


def compose(kind: Kind, message: Message) -> Composed:
    """``message`` in its recipient's language. Raises WordingError where the organisation's words are no good."""
    with variables.writing_to(message):
        values = variables.values_of(message)
        words = words_of(kind, message.language, message.organisation_id)
        if message.kind == WORDING_TEST:  # an admin tries words that may not be saved yet, with examples
            values = {**samples(kind), "organisation": values["organisation"]}
            words = str(message.facts["subject"]), str(message.facts["body"])
        letter = with_notice(fill_in(kind, *words, values), message)
        stop = unsubscribe_url(message) if kind.optional else ""
        return Composed(letter, html_of(letter, values["organisation"], stop), values.get("link", ""))


def html_of(letter: Letter, organisation: str, unsubscribe: str = "") -> str:
    """A letter as HTML for mail programs: styles in the tags, nothing loaded from anywhere."""
    page = render_template(
        "messages/mail.html", letter=letter, organisation=organisation, unsubscribe=unsubscribe, as_html=as_html
    )
    return _inliner().inline(page)


def built(kind: Kind, message: Message) -> EmailMessage:
    """``message`` as RFC 5322 has it, with the id that it has for ever."""
    composed = compose(kind, message)
    built = EmailMessage(policy=SMTP)
    built["From"] = _address(variables.sender_name(message), mail.sender()[1])
    built["To"] = _address(message.name, message.recipient)
    if reply := _reply_to(message):
        built["Reply-To"] = reply
    built["Subject"] = composed.letter.subject
    built["Date"] = message.created_at
    built["Message-ID"] = message_id(message)
    built["Auto-Submitted"] = "auto-generated"
    with variables.writing_to(message):
        language = language_tag()
        if kind.optional:
            built["List-Unsubscribe"] = f"<{unsubscribe_url(message)}>"
            built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        files = attachments.of(message)
    built.set_content(composed.letter.text, cte="quoted-printable")
    built.add_alternative(composed.html, subtype="html", cte="quoted-printable")
    for file in files:
        built.add_attachment(
            file.data, maintype=file.kind.partition("/")[0], subtype=file.kind.partition("/")[2], filename=file.name,
            params=file.parameters,
        )  # fmt: skip
    built["Content-Language"] = language  # at the end: what stands before would go with the text alone
    return built


def message_id(message: Message) -> str:
    """The Message-ID: the row's id, for ever."""
    return f"<{message.id}@{mail.domain()}>"


def bounce_address(message_id: str) -> str:
    """Where undeliverable mail goes back to; with the message's id where the operator named an address for it."""
    if not (address := current_app.config["MAIL_BOUNCES"]):
        return mail.sender()[1]
    local, _at, domain = address.rpartition("@")
    return f"{local}+{message_id}@{domain}"


def _reply_to(message: Message) -> Address | str:
    """A candidate's reply goes to whoever invited, and a colleague's answer to the candidate."""
    invitation = message.invitation
    if invitation is None:
        return ""
    to_candidate = message.recipient.casefold() == invitation.email.casefold()
    by = invitation.created_by
    who = (by.name, by.email) if to_candidate else (invitation.name, invitation.email)
    return _address(*who) if who[1] else ""


def _address(name: str, address: str) -> Address | str:
    """A name and an address as a header takes them; the address alone where the two do not go together."""
    try:
        return Address(display_name=re.sub(r"\s+", " ", name), addr_spec=address)
    except Exception:  # what email cannot parse the server may take: it has the last word
        return address


def _serializer() -> URLSafeSerializer:
    return signer(_SALT)


def unsubscribe_url(message: Message) -> str:
    """The link by which its recipient gets no more messages of this kind from this organisation."""
    said = [message.recipient, message.kind, message.organisation_id]
    return link_to("messages.unsubscribe", token=_serializer().dumps(said))


def read_unsubscribe(token: str) -> tuple[str, str, str | None] | None:
    """The address, the kind and the organisation that a link was made for; None for any other token. A link of before
    names no organisation: it counts for all."""
    try:
        address, kind, *whose = _serializer().loads(token)
    except (BadData, TypeError, ValueError):
        return None
    return str(address), str(kind), str(whose[0]) if whose else None
