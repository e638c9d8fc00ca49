"""What an organisation says in public: how AI is used, how long biometric data is kept, which audits were made."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from webapp.accounts.models import Organisation
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.personal_data import Kept
from webapp.core.scoping import ALL
from webapp.notices import keeping, texts
from webapp.organisations.models import OrganisationProfile
from webapp.policy import Modality
from webapp.policy.access import AtPlace, RecordedFacts, situation_of
from webapp.policy.acts import VERSION
from webapp.policy.codes import name_of
from webapp.policy.law import CURABLE, in_force, judge
from webapp.policy.operations import audits
from webapp.positions.models import Position

blueprint = Blueprint("notices", __name__)


@blueprint.get("/about/<slug>")
@limiter.limit("60 per minute")
def public(slug: str) -> str:
    """The page of an organisation, for anybody."""
    organisation, profile = _organisation(slug)
    places = _places(organisation)
    positions = {place: texts.at(position) for place, position in places.items()}
    rules = {rule.id: rule for subject in positions.values() for rule in in_force(situation_of(subject))}
    return render_template(
        "notices/public.html",
        organisation=organisation,
        profile=profile,
        product=texts.TRADE_NAME,
        places=[
            (name_of(place), _allowed(subject), texts.terms_at(place, organisation.id))
            for place, subject in positions.items()
        ],
        rules=texts.requirements(sorted(rules.values(), key=lambda rule: rule.id)),
        schedule=_schedule(list(places), organisation.id),
        audits=audits(organisation.id),
        version=VERSION,
    )


def _organisation(slug: str) -> tuple[Organisation, OrganisationProfile | None]:
    profile = db.session.scalar(sa.select(OrganisationProfile).filter_by(slug=slug.lower()))
    organisation = profile.organisation if profile else db.session.get(Organisation, slug)
    if organisation is None:
        abort(404, _("There is no such page. Check the address."))
    return organisation, profile or db.session.get(OrganisationProfile, organisation.id)


def _places(organisation: Organisation) -> dict[str, Position]:
    """Where the organisation hires now, with a position in each place."""
    query = sa.select(Position).where(Position.organisation_id == organisation.id, Position.archived_at.is_(None))
    found = {position.place: position for position in db.session.scalars(query.execution_options(**{ALL: True}))}
    return dict(sorted(found.items()))


def _allowed(subject: AtPlace) -> list[str]:
    """What is analysed there, with consent, in the words of a page."""
    names = {Modality.TEXT: _("words"), Modality.SPEECH: _("voice"), Modality.FACE: _("face")}
    decisions = {each: judge(each, situation_of(subject), RecordedFacts(subject)) for each in names}
    return [names[each] for each, decision in decisions.items() if decision or decision.code in CURABLE]


def _schedule(places: list[str], organisation_id: str) -> list[tuple[str, list[str]]]:
    """How long geometry of faces and sounds of voices are kept, place by place, where they are measured at all."""
    kept = (Kept.MEDIA, Kept.READINGS)
    terms = {place: keeping.terms(place, organisation_id) for place in places}
    return [(name_of(place), [keeping.in_words(each, terms[place][each]) for each in kept]) for place in places]
