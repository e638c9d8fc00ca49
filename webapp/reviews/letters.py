"""Letters to candidates about a decision: a template, a person's changes, and when it went out. Nothing here commits.

Nothing is sent from here. ``write`` tells by ``events.letter_ready`` that a letter waits; whoever sends it calls
``note_sent``. Until something does, a person copies the text and says that they passed it on.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import gettext as _

from webapp.accounts.models import Organisation, User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.security_log import record
from webapp.interviews.models import Outcome
from webapp.interviews.operations import invitation_url
from webapp.reviews.models import Decision, DecisionLetter, DecisionState
from webapp.reviews.operations import ReviewError

LONGEST_SUBJECT, LONGEST_BODY = 200, 10_000  # characters


@dataclass(frozen=True)
class Draft:
    """A letter as its template has it, for a person to change."""

    template: str
    subject: str
    body: str


def draft(decision: Decision) -> Draft:
    """What the template of the decision's outcome says, in the language of the page."""
    interview = decision.interview
    position = interview.position
    invitation = interview.invitation
    if position is None or invitation is None:
        raise ReviewError(_("A practice interview belongs to its candidate. No one reviews it."))
    organisation = db.session.get_one(Organisation, position.organisation_id)
    values = {
        "name": interview.candidate_name,
        "title": position.title,
        "organisation": organisation.name,
        "link": invitation_url(invitation),
    }
    subject = _("Your interview for %(title)s", title=position.title)
    return Draft(decision.outcome.value, subject, _body(decision.outcome, values))


def _body(outcome: Outcome, values: dict[str, str]) -> str:
    greeting = _("Dear %(name)s,", name=values["name"])
    thanks = _("thank you for your interview for %(title)s.", title=values["title"])
    told = {
        Outcome.ADVANCE: _("We would like to go on with you and will be in touch about the next step."),
        Outcome.HOLD: _("We have not decided yet. Your interview stays with us, and we will write to you again."),
        Outcome.DECLINE: _("We have decided not to go on with your application."),
    }[outcome]
    rights = _(
        "People watched and read your answers and decided. You can see how, correct what we hold about you, and ask "
        "that another person look again: %(link)s",
        link=values["link"],
    )
    regards = _("Kind regards,\n%(organisation)s", organisation=values["organisation"])
    return "\n\n".join((greeting, thanks, told, rights, regards))


def write(decision: Decision, subject: str, body: str, *, by: User) -> DecisionLetter:
    """Keep a letter as it is to be sent, and say that it waits. Raises ReviewError without a subject or a body, where
    one is too long, and for a decision that does not count."""
    if decision.state is not DecisionState.FINAL:
        raise ReviewError(_("This decision does not count yet. Write the letter once it is approved."))
    if not subject.strip() or not body.strip():
        raise ReviewError(_("Enter a subject and a text."))
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        raise ReviewError(_("The letter is too long."))
    row = DecisionLetter(
        decision=decision,
        template=decision.outcome.value,
        language=str(get_locale() or "en"),
        subject=" ".join(subject.split()),
        body=body.strip(),
        by_id=by.id,
    )
    db.session.add(row)
    db.session.flush()
    record("letter written", decision=decision.id, letter=row.id, by=by.id)
    events.send(events.letter_ready, letter_id=row.id)
    return row


def note_sent(letter: DecisionLetter) -> None:
    """Note that a letter went out: the candidate knows the decision from now on. A second time changes nothing."""
    if letter.sent_at is None:
        letter.sent_at = now()
        db.session.flush()
        record("letter sent", decision=letter.decision_id, letter=letter.id)


def letters_of(decision: Decision) -> list[DecisionLetter]:
    """Every letter about a decision, the newest first."""
    query = sa.select(DecisionLetter).where(DecisionLetter.decision_id == decision.id)
    return list(db.session.scalars(query.order_by(DecisionLetter.written_at.desc(), DecisionLetter.id)))


def is_told(decision: Decision) -> bool:
    """Whether the candidate has been told of a decision."""
    return any(letter.sent_at is not None for letter in letters_of(decision))
