"""What an organisation shows and offers. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from itsdangerous import BadData

from webapp.accounts.models import Organisation, User
from webapp.clips import operations as clips
from webapp.clips.models import Clip
from webapp.core.database import after_commit, db, now
from webapp.core.keys import signer
from webapp.core.security_log import record
from webapp.core.storage import storage
from webapp.employer import logo as logos
from webapp.employer.colours import is_colour
from webapp.employer.models import AiHelp, EmployerPage

_SALT = "viva.employer"


@dataclass(frozen=True)
class Employer:
    """An organisation as its candidates see it; empty texts where it said nothing."""

    name: str
    page: EmployerPage
    logo_url: str
    style_url: str


def page_of(organisation_id: str) -> EmployerPage:
    """What the organisation said; a row of defaults, not stored, where it said nothing."""
    found = db.session.scalar(sa.select(EmployerPage).where(EmployerPage.organisation_id == organisation_id))
    if found is not None:
        return found
    return EmployerPage(
        organisation_id=organisation_id, colour="", logo="", welcome="", contact_name="", contact_email="",
        contact_phone="", ai_help=AiHelp.NOT_SAID, ai_words="", person_instead=True, at_once=[], extra_time=50,
    )  # fmt: skip


def employer_of(thing: Any) -> Employer | None:
    """Who invites, of an interview or an invitation; None for practice and for what belongs to nobody."""
    organisation_id = getattr(thing, "organisation_id", None)
    if organisation_id is None:
        return None
    organisation, page = db.session.get(Organisation, organisation_id), page_of(organisation_id)
    if organisation is None:
        return None
    token = signer(_SALT).dumps(organisation_id)
    logo_url = url_for("employer_public.logo", token=token, v=page.logo[:8]) if page.logo else ""
    style_url = url_for("employer_public.style", token=token, v=page.colour[1:]) if page.colour else ""
    return Employer(organisation.name, page, logo_url, style_url)


def page_of_token(token: str) -> EmployerPage | None:
    """The page that an address of a logo or of colours was made for; None for any other token."""
    try:
        organisation_id = signer(_SALT).loads(token)
    except BadData:
        return None
    return page_of(organisation_id) if isinstance(organisation_id, str) else None


def save(organisation_id: str, *, by: User, at_once: Sequence[str], **values: Any) -> EmployerPage:
    """Keep what the organisation says. Raises ValueError for a colour that is none."""
    colour = str(values.get("colour") or "").strip().lower()
    if colour and not is_colour(colour):
        raise ValueError(_("Write the colour as # and six hexadecimal digits, such as #0d6b62."))
    page = page_of(organisation_id)
    if "follow_ups" in values and bool(values.pop("follow_ups")) != page.follow_ups:
        page.follow_ups_since = None if page.follow_ups else now()
    for name, value in {**values, "colour": colour}.items():
        setattr(page, name, value.strip() if isinstance(value, str) and name != "ai_help" else value)
    page.at_once = sorted(set(at_once))
    db.session.add(page)
    db.session.flush()
    record("employer page changed", organisation=organisation_id, by=by.id)
    return page


def set_logo(organisation_id: str, content: bytes, *, by: User) -> EmployerPage:
    """Keep another logo; no bytes: none. Raises LogoError."""
    page = page_of(organisation_id)
    db.session.add(page)
    if not content:
        page.logo = ""
        db.session.flush()
        after_commit(partial(storage.delete, page.logo_key))
        return page
    picture = logos.cleaned(content)
    page.logo = hashlib.sha256(picture).hexdigest()
    db.session.flush()
    storage.save(page.logo_key, picture, organisation_id=organisation_id)
    record("employer page changed", organisation=organisation_id, by=by.id)
    return page


def set_welcome(organisation_id: str, clip: Clip | None, *, by: User) -> EmployerPage:
    """Welcome candidates in another clip, or in words alone; the earlier one goes with its files."""
    page = page_of(organisation_id)
    db.session.add(page)
    earlier, page.welcome_clip = page.welcome_clip, clip
    db.session.flush()
    if earlier is not clip:
        clips.release(earlier)
    record("welcome video changed", organisation=organisation_id, by=by.id, clip=clip.id if clip else "")
    return page


@clips.used_by
def use_of_clip(clip: Clip) -> clips.Use | None:
    """Where a clip welcomes candidates, for those who edit it."""
    page = db.session.scalar(sa.select(EmployerPage).where(EmployerPage.welcome_clip_id == clip.id))
    return clips.Use(_("What candidates see"), url_for("employer.edit", _anchor="welcome-video")) if page else None
