"""What an organisation says of itself to candidates. Nothing here commits."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from webapp.accounts import sessions
from webapp.accounts.models import Organisation, User
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.organisations.models import OrganisationProfile

#: What the address of a public page may be made of.
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

#: The name under which the language is read along.
_ALONG = "language of the organisation"


class ProfileError(ValueError):
    """This cannot be said; ``field`` is which of it, the message is for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def profile_of(organisation: Organisation) -> OrganisationProfile:
    """What the organisation says of itself; a row that is not stored yet where it never said anything."""
    row = db.session.get(OrganisationProfile, organisation.id)
    return row or OrganisationProfile(organisation_id=organisation.id)


def slug_of(organisation: Organisation) -> str:
    """Its part of the public page's address."""
    return profile_of(organisation).slug or organisation.id


def init_app() -> None:
    """Have the organisation's language read together with whoever is signed in."""
    value = sa.select(OrganisationProfile.language).where(OrganisationProfile.organisation_id == User.organisation_id)
    sessions.read_along(_ALONG, value.scalar_subquery())


def language_of(organisation_id: str | None) -> str:
    """The language that an organisation falls back on; empty where it named none."""
    row = db.session.get(OrganisationProfile, organisation_id) if organisation_id else None
    return row.language if row else ""


def language_here() -> str:
    """That of the organisation of whoever is signed in, else of the only one that there is."""
    if current_user.is_authenticated and current_user.organisation_id:
        return sessions.along(_ALONG, lambda: language_of(current_user.organisation_id)) or ""
    rows = db.session.scalars(sa.select(Organisation.id).limit(2)).all()
    return language_of(rows[0]) if len(rows) == 1 else ""


def change_profile(organisation: Organisation, *, by: User, slug: str, **values: str) -> OrganisationProfile:
    """Say it anew; logged. Raises ProfileError for an address that is taken or cannot be one."""
    slug = slug.strip().lower()
    if slug and (not SLUG.fullmatch(slug) or re.fullmatch("[0-9a-f]{32}", slug)):
        raise ProfileError("slug", _("Use small letters, digits and hyphens, such as example-ltd."))
    row = profile_of(organisation)
    try:
        with db.session.begin_nested():
            row.slug = slug or None
            for name, value in values.items():
                setattr(row, name, value.strip())
            db.session.add(row)
    except IntegrityError:
        raise ProfileError("slug", _("Another organisation has this address. Choose another.")) from None
    record("organisation changed", organisation=organisation.id, by=by.id)
    return row
