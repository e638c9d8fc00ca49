"""What can be done with keys: make, find by their secret, revoke. Nothing here commits."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.api.models import ApiKey, IdempotentRequest
from webapp.api.scopes import OPINIONS, Scope
from webapp.core.database import db, now
from webapp.core.one_line import is_one_line
from webapp.core.scoping import ALL
from webapp.core.security_log import record

#: What every key begins with, so that programs that look for leaked secrets know it.
PREFIX = "viva_"
#: No key lives longer.
LONGEST = timedelta(days=366)
#: How often it is noted that a key is in use, and for how long a request is remembered as done.
NOTED, REMEMBERED = timedelta(minutes=5), timedelta(days=1)


class ApiKeyError(ValueError):
    """A key cannot be made like this; the message is for a person."""


def make_key(
    *, title: str, person: User, scopes: Collection[Scope], expires_at: datetime, by: User
) -> tuple[ApiKey, str]:
    """Make a key by which programs act for ``person`` until ``expires_at`` (aware): its row, and the key itself, which
    is shown now and never again.

    Raises ApiKeyError without a name, scopes or an end within LONGEST, for people who do not work here, for anybody but
    oneself where ``by`` is no admin, and for another person's opinions.
    """
    title = title.strip()
    if not title or len(title) > 120 or not is_one_line(title):
        raise ApiKeyError(_("Enter a name of one line."))
    if not scopes:
        raise ApiKeyError(_("Choose at least one scope."))
    if not now() < expires_at <= now() + LONGEST:
        raise ApiKeyError(_("Choose an end within the next year."))
    if not by.role.is_staff or by.organisation_id is None:
        raise ApiKeyError(_("Only people who work for this organisation can have keys."))
    if person.organisation_id != by.organisation_id or not person.role.is_staff or not person.active:
        raise ApiKeyError(_("Only people who work for this organisation can have keys."))
    if person.id != by.id and by.role is not Role.ADMIN:
        raise ApiKeyError(_("Only admins make keys for others."))
    if person.id != by.id and OPINIONS & set(scopes):
        raise ApiKeyError(
            _("Scorecards, comments and decisions are a person's own word: no one makes a key for them in their name.")
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organisation_id=by.organisation_id,
        title=title,
        person_id=person.id,
        hash=_hash(secret),
        begins_with=secret[:12],
        scopes=[each.value for each in Scope if each in set(scopes)],
        created_by_id=by.id,
        expires_at=expires_at,
    )
    db.session.add(key)
    db.session.flush()
    record("api key made", api_key=key.id, person=person.id, scopes=" ".join(key.scopes), by=by.id)
    return key, secret


def find_key(secret: str) -> ApiKey | None:
    """The key of this secret, as long as it opens anything."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    query = sa.select(ApiKey).where(ApiKey.hash == _hash(secret))
    key = db.session.scalar(query.execution_options(**{ALL: True}))
    return key if key is not None and key.is_valid else None


def note_use(key: ApiKey) -> bool:
    """Whether it is time to note that a key is in use."""
    return key.last_used_at is None or now() - key.last_used_at > NOTED


def revoke_key(key: ApiKey, *, by: User) -> None:
    """Have a key open nothing any more. A second time changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now()
        db.session.flush()
        record("api key revoked", api_key=key.id, person=key.person_id, by=by.id)


def keys() -> sa.Select[ApiKey]:
    """The organisation's keys."""
    return sa.select(ApiKey)


def forget_requests() -> None:
    """Forget which requests were done, once nobody sends them again. For the sweep."""
    old = sa.delete(IdempotentRequest).where(IdempotentRequest.created_at < now() - REMEMBERED)
    db.session.execute(old)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
