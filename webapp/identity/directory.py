"""What a directory does with the accounts of its organisation. Nothing here commits.

Accounts are never deleted: whom the directory deletes is deactivated, and what they created stays. Roles are ours: an
account that the directory adds is a team member's. Guests and candidates are no business of a directory.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from scim2_models import (
    Context,
    ForbiddenException,
    InvalidValueException,
    Meta,
    NotFoundException,
    UniquenessException,
)
from sqlalchemy.exc import IntegrityError

from webapp.accounts import operations, sessions
from webapp.accounts.models import Role, User
from webapp.accounts.operations import AccountError
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.hosts import base_url
from webapp.core.one_line import is_one_line
from webapp.core.scoping import ALL
from webapp.core.security_log import record
from webapp.identity import scim_user
from webapp.identity.models import DirectoryEntry
from webapp.identity.operations import providers

_STAFF = [Role.RECRUITER, Role.ADMIN]


def everybody(organisation_id: str) -> list[scim_user.User]:
    """All who work for an organisation, without those whom its directory deleted."""
    rows = db.session.execute(_rows(organisation_id).order_by(User.created_at, User.id))
    return [_seen(user, entry) for user, entry in rows]


def one(organisation_id: str, user_id: str) -> scim_user.User:
    """One of them. Raises NotFoundException."""
    return _seen(*_row(organisation_id, user_id))


def _rows(organisation_id: str) -> sa.Select[User, DirectoryEntry]:
    return (
        sa.select(User, DirectoryEntry)
        .outerjoin(DirectoryEntry, DirectoryEntry.user_id == User.id)
        .where(User.organisation_id == organisation_id, User.role.in_(_STAFF), DirectoryEntry.removed_at.is_(None))
    )


def _row(organisation_id: str, user_id: str) -> tuple[User, DirectoryEntry | None]:
    found = db.session.execute(_rows(organisation_id).where(User.id == user_id)).first()
    if found is None:
        raise NotFoundException(detail=_("There is no such user."))
    return found[0], found[1]


def _seen(user: User, entry: DirectoryEntry | None) -> scim_user.User:
    own = {"userName": user.email, "displayName": user.name, "emails": [{"value": user.email, "primary": True}]}
    data, changed = (entry.data, entry.changed_at) if entry is not None else (own, user.created_at)
    seen = scim_user.User.model_validate(data, scim_ctx=Context.DEFAULT)
    if entry is None or seen.active is not None or not user.active:  # one that was unset stays so while it is true
        seen.active = user.active
    seen.id = user.id
    where = f"{base_url()}/scim/v2/Users/{user.id}"
    seen.meta = Meta(resource_type="User", created=user.created_at, last_modified=changed, location=where)
    return seen


def create(organisation_id: str, sent: scim_user.User) -> scim_user.User:
    """Add somebody, or bring back whom the directory deleted before. Raises UniquenessException where there is such an
    account: a directory finds it by its userName, and changes it. Raises InvalidValueException."""
    email, name = _email(sent), (sent.user_name or "").strip().lower()
    user = _with_address(email)
    entry = db.session.get(DirectoryEntry, user.id) if user is not None else None
    if user is not None and (entry is None or entry.removed_at is None or user.organisation_id != organisation_id):
        raise UniquenessException(detail=_("Somebody with this address has an account already."))
    _check_name(organisation_id, name, but=user.id if user else "")
    if user is None:
        user = User(email=email, name=_name(sent), role=Role.RECRUITER, organisation_id=organisation_id)
        user.lock_password()
        operations.enrol(user)
        if not any(each.active for each in providers(organisation_id)):  # else they sign in there
            events.send(events.person_added, user_id=user.id)
    return _written(organisation_id, user, entry, sent)


def change(organisation_id: str, user_id: str, wanted: scim_user.User) -> scim_user.User:
    """Make somebody as ``wanted``. Raises NotFoundException, UniquenessException, InvalidValueException and
    ForbiddenException."""
    user, entry = _row(organisation_id, user_id)
    email, name = _email(wanted), (wanted.user_name or "").strip().lower()
    if email != user.email and _with_address(email) is not None:
        raise UniquenessException(detail=_("Somebody with this address has an account already."))
    _check_name(organisation_id, name, but=user.id)
    return _written(organisation_id, user, entry, wanted)


def remove(organisation_id: str, user_id: str) -> None:
    """Deactivate somebody and let the directory forget them. Raises NotFoundException and ForbiddenException."""
    user, entry = _row(organisation_id, user_id)
    seen = _seen(user, entry)
    seen.active = False
    _written(organisation_id, user, entry, seen)
    db.session.get_one(DirectoryEntry, user.id).removed_at = now()
    db.session.flush()


def _written(organisation_id: str, user: User, entry: DirectoryEntry | None, wanted: scim_user.User) -> scim_user.User:
    email = _email(wanted)
    if email != user.email:
        sessions.end_all(user)
    user.email, user.name = email, _name(wanted)
    _set_active(user, wanted.active is not False)
    entry = entry or DirectoryEntry(user_id=user.id, organisation_id=organisation_id)
    entry.user_name, entry.data = (wanted.user_name or "").strip().lower(), _kept(wanted)
    entry.changed_at, entry.removed_at = now(), None
    db.session.add(entry)
    try:
        db.session.flush()
    except IntegrityError:  # two at once
        db.session.rollback()
        raise UniquenessException(detail=_("Somebody has this name or address already.")) from None
    record("kept by directory", person=user.id)
    return _seen(user, entry)


def _set_active(user: User, active: bool) -> None:
    try:
        if active and not user.active:
            operations.reactivate(user, by=None)
        elif not active and user.active:
            operations.deactivate(user, by=None)
    except AccountError:
        raise ForbiddenException(detail=_("This is the last admin: make somebody else an admin first.")) from None


def _with_address(email: str) -> User | None:
    """Whoever has this address, in whatever organisation: it opens one account."""
    return db.session.scalar(sa.select(User).where(User.email == email).execution_options(**{ALL: True}))


def _check_name(organisation_id: str, name: str, *, but: str) -> None:
    taken = sa.select(DirectoryEntry.user_id).where(
        DirectoryEntry.organisation_id == organisation_id,
        DirectoryEntry.user_name == name,
        DirectoryEntry.user_id != but,
    )
    if db.session.scalar(taken):
        raise UniquenessException(detail=_("Somebody has this userName already."))


def _email(sent: scim_user.User) -> str:
    """The address to write to, in lower case. Raises InvalidValueException."""
    emails = sent.emails or []
    chosen = next((each for each in emails if each.primary), emails[0] if emails else None)
    email = ((chosen.value or "") if chosen else "").strip().lower()
    if "@" not in email or len(email) > 254 or not is_one_line(email) or " " in email:
        raise InvalidValueException(detail=_("An email address is needed."))
    return email


def _name(sent: scim_user.User) -> str:
    parts = sent.name
    whole = " ".join(filter(None, (parts.given_name, parts.family_name))) if parts else ""
    found = sent.display_name or (parts.formatted if parts else "") or whole or sent.user_name or ""
    if not is_one_line(found):
        raise InvalidValueException(detail=_("A name is one line of text."))
    return found.strip()[:120] or _email(sent)


def _kept(wanted: scim_user.User) -> dict[str, Any]:
    data: dict[str, Any] = wanted.model_dump(mode="json", scim_ctx=Context.DEFAULT)
    kept = ("userName", "externalId", "name", "displayName", "emails", "active")
    found = {name: data[name] for name in kept if data.get(name) is not None}
    if len(str(found)) > 8000 or len(wanted.user_name or "") > 254:
        raise InvalidValueException(detail=_("This is longer than anybody's name."))
    return found
