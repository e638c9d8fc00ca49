"""What stands in a message: the facts from when it was caused, what the rows say now, and links, made when it is sent.

To be called while the recipient's language, zone and address of this Viva are set (``writing_to``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Organisation
from webapp.accounts.operations import first_organisation, password_token, reset_token
from webapp.applying.models import Application
from webapp.applying.operations import confirm_url
from webapp.candidate.progress import duration_minutes
from webapp.candidate.status import status_token, status_url
from webapp.core import mail
from webapp.core.database import db
from webapp.core.hosts import base_url, link_to, linking_to
from webapp.core.translation import writing_in
from webapp.core.zones import moment_with_zone, writing_for
from webapp.interviews import binding
from webapp.interviews.models import Interview, Invitation
from webapp.interviews.operations import invitation_url
from webapp.messages.kinds import KINDS
from webapp.messages.models import Message
from webapp.practice import links as practice_links

#: A fact of these names is a moment, or a day, in ISO 8601.
MOMENTS = frozenset({"deadline", "before", "submitted", "moment", "starts"})
DAYS = frozenset({"answer_by"})


@contextmanager
def writing_to(message: Message) -> Iterator[None]:
    """Write in the language of whoever reads ``message``, in their zone, with links that they can open."""
    with ExitStack() as stack:
        stack.enter_context(writing_in(message.language))
        stack.enter_context(writing_for(message.zone))
        stack.enter_context(linking_to(message.base))
        yield


def values_of(message: Message) -> dict[str, str]:
    """The variables of ``message`` by name."""
    found = {"name": message.name, "organisation": sender_name(message)}
    if message.invitation is not None:
        found |= _of_invitation(message.invitation)
    for name, fact in message.facts.items():
        found[name] = _written(name, fact)
    kind = KINDS.get(message.kind)
    if kind is not None and (maker := _LINKS.get(message.kind)) and "link" in kind.variables:
        found["link"] = maker(message)
    if message.kind == "answers_due":
        found["oldest"] = _oldest(message)
    if message.kind == "link_code":
        found["code"] = binding.code_in_words(str(message.facts.get("code_id", "")))
    if message.kind == "second_step":
        found["change"] = str(_CHANGES.get(str(message.facts.get("change")), message.facts.get("change")))
    if message.kind == "undelivered":
        of = KINDS.get(str(message.facts.get("of")))
        found["message"] = str(of.title) if of else str(message.facts.get("of"))
    return found


def sender_name(message: Message) -> str:
    """Whom a message is from: the operator's sender speaks for the first organisation, others have their own names."""
    whose = db.session.get(Organisation, message.organisation_id)
    return mail.sender()[0] if whose is None or whose is first_organisation() else whose.name


def _of_invitation(invitation: Invitation) -> dict[str, str]:
    return {
        "position": invitation.position.title,
        "place": invitation.position.city,
        "inviter": invitation.created_by.name,
        "inviter_email": invitation.created_by.email,
        "candidate": invitation.name,
        "deadline": moment_with_zone(invitation.deadline),
        "minutes": str(duration_minutes(invitation.question_set.questions)),
        "status_link": status_url(invitation),
        "notice_link": link_to("candidate.notice", token=status_token(invitation)),
    }


def _written(name: str, fact: object) -> str:
    if name in MOMENTS:
        return moment_with_zone(datetime.fromisoformat(str(fact)))
    if name in DAYS:
        return str(format_date(datetime.fromisoformat(str(fact)).date(), "full", rebase=False))
    return str(fact)


def _oldest(message: Message) -> str:
    """Who has waited longest, of those who are still there."""
    wanted = Interview.id.in_(message.facts.get("interviews", []))
    rows = db.session.scalars(sa.select(Interview).where(wanted).order_by(Interview.submitted_at, Interview.id))
    return ", ".join(f"{row.candidate_name} ({row.position.title})" for row in rows if row.position)


def _interview_link(message: Message) -> str:
    return invitation_url(message.invitation) if message.invitation is not None else base_url()


def _invitation_page(message: Message) -> str:
    return link_to("interviews.invitation", invitation_id=message.invitation_id)


def _password_link(message: Message) -> str:
    make = reset_token if message.kind == "password_reset" else password_token
    return link_to("accounts.set_password", token=make(message.user)) if message.user is not None else base_url()


def _said(message: Message) -> str:
    """A path that the cause gave."""
    return base_url() + str(message.facts.get("path", "/"))


def _confirm_link(message: Message) -> str:
    application = db.session.get(Application, str(message.facts.get("application_id", "")))
    return confirm_url(application) if application is not None else base_url()


#: What happened to a second step (webapp/core/events.py), in words.
_CHANGES = {
    "app added": _l("an authenticator app was added"),
    "passkey added": _l("a passkey was added"),
    "app removed": _l("the authenticator app was removed"),
    "passkey removed": _l("a passkey was removed"),
    "recovery code used": _l("a recovery code was used"),
    "all removed": _l("it was removed altogether, by an administrator"),
}
_LINKS: dict[str, Callable[[Message], str]] = {
    "invitation": _interview_link,
    "reminder": _interview_link,
    "deadline_moved": _interview_link,
    "accommodation": _interview_link,
    "answer_due": _invitation_page,
    "answers_due": lambda _message: link_to("interviews.inbox"),
    "withdrew": _invitation_page,
    "asked": _invitation_page,
    "undelivered": _invitation_page,
    "mention": lambda _message: link_to("workspace.mentions"),
    "confirm_address": _confirm_link,
    "practice_link": lambda message: practice_links.url_of(str(message.facts.get("link_id", ""))),
    "new_account": _password_link,
    "password_reset": _password_link,
    "second_step": lambda _message: link_to("accounts.two_step"),
    "new_device": lambda _message: link_to("accounts.profile"),
    "digest": lambda _message: link_to("interviews.inbox"),
    "export_finished": _said,
    "webhook_failed": _said,
    "test": lambda _message: base_url(),
}


def link_made_by(kind: str, maker: Callable[[Message], str]) -> None:
    """Say what the link of ``kind`` is; for features that come after this one."""
    _LINKS[kind] = maker


def has_base(message: Message) -> bool:
    """Whether links in ``message`` can be opened from elsewhere: this Viva knows its own address."""
    return bool(message.base or current_app.config["PUBLIC_URL"])
