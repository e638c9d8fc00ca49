"""What to expect, said before anybody agrees to anything: who watches, which program reads what, by when an answer."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from ml.core.errors import ModelMissing
from ml.core.registry import version_of
from webapp.candidate import consent_texts
from webapp.core.database import db
from webapp.employer.forms import AI_RULES
from webapp.employer.models import EmployerPage
from webapp.employer.operations import page_of
from webapp.interviews.models import Interview
from webapp.organisations.access import RIGHTS, Right
from webapp.organisations.models import Membership
from webapp.policy import Mode, Purpose
from webapp.policy.clocks import answer_clock
from webapp.questions.models import Question

_MODELS = {Purpose.TEXT: "text", Purpose.VOICE: "speech", Purpose.FACE: "face"}


@dataclass(frozen=True)
class Contact:
    """Whom to reach."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class Program:
    """A program that may read answers: its trade name, from which data, and how it assesses."""

    name: str
    data: str
    how: str


def contact_of(interview: Interview, page: EmployerPage) -> Contact | None:
    """The organisation's contact person, else whoever invited; None in practice."""
    if page.contact_name or page.contact_email:
        return Contact(page.contact_name or page.contact_email, page.contact_email, page.contact_phone)
    by = interview.invitation.created_by if interview.invitation else None
    return Contact(by.name, by.email) if by else None


def watchers(interview: Interview) -> str:
    """Who watches the answers, as a sentence."""
    if interview.position is None:
        return _("Only you.")
    roles = [role for role, rights in RIGHTS.items() if Right.VIEW in rights]
    query = sa.select(sa.func.count(Membership.user_id.distinct())).where(
        Membership.team_id == interview.position.team_id, Membership.role.in_(roles)
    )
    count = db.session.scalar(query) or 0
    return ngettext(
        "People of the hiring team (%(num)s person), and whoever they share it with by a link that is on record. A "
        "person decides.",
        "People of the hiring team (%(num)s people), and whoever they share it with by a link that is on record. A "
        "person decides.",
        max(1, count),
    )


def answer_by(interview: Interview) -> str:
    """By when there is an answer, as a sentence; empty in practice."""
    if interview.position is None:
        return ""
    days = answer_clock(interview.place).days
    return ngettext("Within %(num)s day of submitting.", "Within %(num)s days of submitting.", days)


def ai_rule(page: EmployerPage) -> str:
    """The organisation's rule on help from AI programs; empty where it has none."""
    rule = AI_RULES.get(page.ai_help)
    return f"{rule} {page.ai_words}".strip() if rule else page.ai_words


def programs(interview: Interview) -> list[Program]:
    """The programs that may read answers here, where the candidate agrees; what the law rules out is not there."""
    asked = {text.purpose for text in consent_texts.texts_for(interview)}
    words = {
        Purpose.TEXT: (
            _("what you write, and what you say once Whisper has written it down on this server"),
            _("counts words, and estimates five personality traits with an interval each"),
        ),
        Purpose.VOICE: (
            _("the sound of your recordings"),
            _("estimates an emotion for each moment, and measures pauses and pace"),
        ),
        Purpose.FACE: (
            _("the picture of your recordings"),
            _("estimates an expression for each moment, and counts blinks; it recognises nobody"),
        ),
    }
    found = []
    for purpose, model in _MODELS.items():
        if purpose not in asked:
            continue
        try:
            name = _("Viva %(name)s, version %(version)s", name=model, version=version_of(model).version)
        except ModelMissing:
            name = _("Viva %(name)s", name=model)
        found.append(Program(name, *words[purpose]))
    return found


def expectations(interview: Interview, questions: list[Question]) -> dict[str, object]:
    """All of it, for the welcome page."""
    page = page_of(interview.organisation_id) if interview.organisation_id else None
    practice = interview.mode is Mode.PRACTICE
    return {
        "employer_page": page,
        "contact": contact_of(interview, page) if page else None,
        "watchers": watchers(interview),
        "answer_by": answer_by(interview),
        "ai_rule": ai_rule(page) if page else "",
        "programs": programs(interview),
        "person_instead": bool(page and page.person_instead and not practice),
        "writing_instead": not practice and any(question.is_recorded for question in questions),
    }
