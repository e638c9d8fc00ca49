"""Whose account a provider's word opens. Nothing here commits.

A provider is believed about accounts of its own organisation alone. Its own name for somebody counts first; an address
only where the provider says that it has verified it, and only once: from then on the name does.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from webapp.accounts.models import Role, User
from webapp.accounts.operations import enrol
from webapp.core.database import db
from webapp.core.one_line import is_one_line
from webapp.core.scoping import ALL
from webapp.core.security_log import record
from webapp.identity.models import Identity, Provider


class NotJoined(ValueError):
    """Nobody's account is opened by this; the message is for a person."""


@dataclass(frozen=True)
class Claim:
    """What a provider says of somebody who signed in there."""

    subject: str
    email: str = ""
    verified: bool = False
    name: str = ""


def account_of(provider: Provider, claim: Claim) -> User:
    """The account that ``claim`` opens. Raises NotJoined."""
    known = sa.select(Identity).where(Identity.provider_id == provider.id, Identity.subject == claim.subject)
    identity = db.session.scalar(known)
    user = identity.user if identity is not None else _joined(provider, claim)
    if user.organisation_id != provider.organisation_id or not user.active or user.role is Role.GUEST:
        raise NotJoined(_("Your account here is not active. Ask your administrator."))
    return user


def _joined(provider: Provider, claim: Claim) -> User:
    """The account with the address that the provider has verified, or a new one. Raises NotJoined."""
    email = claim.email.strip().lower()
    if not email or len(email) > 254 or "@" not in email or not is_one_line(email):
        raise NotJoined(
            _("%(provider)s did not say your email address. Ask your administrator.", provider=provider.name)
        )
    if not claim.verified:
        raise NotJoined(
            _(
                "%(provider)s has not verified your email address. Verify it there, then try again.",
                provider=provider.name,
            )
        )
    user = db.session.scalar(sa.select(User).where(User.email == email).execution_options(**{ALL: True}))
    if user is None or user.organisation_id != provider.organisation_id:
        if user is not None or not provider.creates_accounts:
            raise NotJoined(_("Nobody with your address has an account here. Ask your administrator to add you."))
        user = _created(provider, claim, email)
    db.session.add(Identity(provider_id=provider.id, subject=claim.subject, user_id=user.id))
    try:
        db.session.flush()
    except IntegrityError:  # two sign-ins at once
        db.session.rollback()
        raise NotJoined(_("Please try again.")) from None
    record("identity joined", person=user.id, provider=provider.id)
    return user


def _created(provider: Provider, claim: Claim, email: str) -> User:
    name = claim.name.strip()[:120]
    user = User(
        email=email,
        name=name if name and is_one_line(name) else email.partition("@")[0],
        role=Role.RECRUITER,
        organisation_id=provider.organisation_id,
    )
    user.lock_password()
    enrol(user)
    current_app.logger.info("User %s added by identity provider %s", user.id, provider.id)
    record("account made by provider", person=user.id, provider=provider.id)
    return user
