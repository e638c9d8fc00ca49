"""With which questions an organisation's candidates practise. Nothing here commits.

A set is known by its lineage: a newer published version takes the place of the one that was chosen. While no version of
it is published, Viva's own questions are used.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.practice import operations
from webapp.practice.models import PracticeGuest, PracticeSettings
from webapp.questions.models import QuestionSet, SetState


@dataclass(frozen=True)
class Chosen:
    """What an organisation chose: the set that is used, or the title of one that is no longer published."""

    question_set: QuestionSet | None = None
    gone: str = ""


def settings_of(organisation_id: str) -> PracticeSettings:
    """What the organisation said; a row of defaults, not stored, where it said nothing."""
    found = db.session.scalar(sa.select(PracticeSettings).where(PracticeSettings.organisation_id == organisation_id))
    return found or PracticeSettings(organisation_id=organisation_id, by_mail=False)


def sets_of(organisation_id: str) -> list[QuestionSet]:
    """The sets that can be chosen: the newest version of each that the organisation has published."""
    published = QuestionSet.organisation_id == organisation_id, QuestionSet.state == SetState.PUBLISHED
    return operations.newest(sa.select(QuestionSet).where(*published))


def chosen(organisation_id: str) -> Chosen:
    """What is used now, of what the organisation chose."""
    lineage = settings_of(organisation_id).lineage
    if not lineage:
        return Chosen()
    if (found := next((each for each in sets_of(organisation_id) if each.lineage == lineage), None)) is not None:
        return Chosen(found)
    query = sa.select(QuestionSet.title).where(QuestionSet.lineage == lineage).order_by(QuestionSet.version.desc())
    return Chosen(gone=db.session.scalars(query).first() or "?")


def own_set_for(person: User) -> QuestionSet | None:
    """The set that their organisation chose, for somebody who has nothing to choose from; None: Viva's questions."""
    whose = person.organisation_id if person.role is Role.CANDIDATE else None
    if person.is_temporary:
        guest = sa.select(PracticeGuest.organisation_id).where(PracticeGuest.user_id == person.id)
        whose = db.session.scalar(guest)
    return chosen(whose).question_set if whose else None


def set_for(person: User) -> QuestionSet:
    """What such a person practises with: their organisation's set, else Viva's own questions."""
    return own_set_for(person) or operations.built_in_set(person)


def offers_by_mail(organisation_id: str) -> bool:
    """Whether whoever enters an address may practise with what the organisation offers."""
    return settings_of(organisation_id).by_mail


def switch_by_mail(organisation_id: str, on: bool, *, by: User) -> None:
    """Let whoever enters an address practise, or nobody more. Those who do already go on until their time is over."""
    settings = settings_of(organisation_id)
    if bool(settings.by_mail) == on:
        return
    settings.by_mail = on
    db.session.add(settings)
    db.session.flush()
    record(f"practice by mail switched {'on' if on else 'off'}", organisation=organisation_id, by=by.id)


def choose(organisation_id: str, lineage: str | None, *, by: User) -> None:
    """Have candidates practise with a published set, or (None) with Viva's own questions. Raises ValueError.

    What is chosen and no longer published may stay chosen.
    """
    settings = settings_of(organisation_id)
    allowed = {None, settings.lineage, *(each.lineage for each in sets_of(organisation_id))}
    if lineage not in allowed:
        raise ValueError(_("Those questions are no longer available. Choose others."))
    settings.lineage = lineage
    db.session.add(settings)
    db.session.flush()
    record("practice settings changed", organisation=organisation_id, by=by.id)
