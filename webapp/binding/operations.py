"""Confirming translations, and saying which language binds. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.binding import texts
from webapp.binding.models import ConfirmedTranslation
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.core.translation import ENGLISH, PSEUDO


def binds_in(key: str, language: str, organisation_id: str | None) -> str:
    """The language in which a text binds that is shown in ``language``: that one once it is confirmed, else English."""
    if language in (ENGLISH, PSEUDO):  # the pseudo-locale is English, accented
        return language
    return language if confirmation(key, language, organisation_id) else ENGLISH


def confirmation(key: str, language: str, organisation_id: str | None) -> ConfirmedTranslation | None:
    """Who confirmed these very words, and when; None where nobody did."""
    if not organisation_id or not (digest := texts.digest_of(key, language)):
        return None
    return db.session.scalar(
        sa.select(ConfirmedTranslation).where(
            ConfirmedTranslation.organisation_id == organisation_id,
            ConfirmedTranslation.text == key,
            ConfirmedTranslation.language == language,
            ConfirmedTranslation.digest == digest,
        )
    )


def confirm(key: str, language: str, digest: str, *, by: User) -> bool:
    """Confirm the words that somebody read (``digest``) for their organisation; logged. False where they have changed
    since, or it is confirmed already."""
    if not by.organisation_id or digest != texts.digest_of(key, language):
        return False
    if confirmation(key, language, by.organisation_id) is not None:
        return False
    version = texts.version_of(key, language)
    db.session.add(
        ConfirmedTranslation(
            organisation_id=by.organisation_id,
            text=key,
            language=language,
            version=version,
            digest=digest,
            confirmed_by_id=by.id,
        )
    )
    db.session.flush()
    record("translation confirmed", text=key, language=language, version=version, digest=digest, by=by.id)
    return True


def take_back(key: str, language: str, *, by: User) -> bool:
    """Have the English text bind again; logged. False where nothing was confirmed."""
    row = confirmation(key, language, by.organisation_id)
    if row is None:
        return False
    record("translation no longer confirmed", text=key, language=language, version=row.version, by=by.id)
    db.session.delete(row)
    db.session.flush()
    return True


def binds_words() -> str:
    """What is said where the English text stands below a translation that nobody has confirmed."""
    return str(
        _("This is a machine translation that has not been reviewed. The English text below is the one that binds.")
    )
