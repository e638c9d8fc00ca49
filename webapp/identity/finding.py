"""Whose single sign-on the sign-in page shows: with several organisations on one Viva, that of the one asked for."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import Organisation, Role, User
from webapp.core.database import db
from webapp.identity.models import Provider
from webapp.organisations.models import OrganisationProfile


def alone() -> bool:
    """Whether everybody here works for one organisation, so that nobody has to be asked for which."""
    return len(db.session.scalars(sa.select(Organisation.id).limit(2)).all()) < 2


def any_provider() -> bool:
    """Whether anybody can sign in by a provider."""
    return db.session.scalar(sa.select(sa.exists().where(Provider.active))) or False


def by_address(text: str) -> Organisation | None:
    """The organisation of a public page's address, or of an id, that has a provider in use."""
    query = _with_provider().outerjoin(OrganisationProfile).where(_called(text))
    return db.session.scalars(query.limit(1)).first()


def by_words(text: str) -> Organisation | None:
    """What somebody entered: an organisation's name, the address of its public page, or their own email address.

    Of an email address only the part after the @ is looked at, so that nothing says whether an account exists. None
    where nothing fits, or more than one organisation.
    """
    text = text.strip().casefold()
    if "@" in text:
        domain = "@" + text.rpartition("@")[2]
        of_people = sa.select(User.organisation_id).where(
            User.email.endswith(domain, autoescape=True), User.active, User.role.in_([Role.RECRUITER, Role.ADMIN])
        )
        query = _with_provider().where(Organisation.id.in_(of_people))
    else:
        named = sa.func.lower(Organisation.name) == text
        query = _with_provider().outerjoin(OrganisationProfile).where(sa.or_(named, _called(text)))
    found = db.session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _with_provider() -> sa.Select[Organisation]:
    used = sa.exists().where(Provider.organisation_id == Organisation.id, Provider.active)
    return sa.select(Organisation).where(used)


def _called(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(OrganisationProfile.slug == text, Organisation.id == text)
