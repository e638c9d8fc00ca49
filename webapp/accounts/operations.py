"""What can be done with people. Nothing here commits; whoever is refused something rolls back."""

from __future__ import annotations

import hmac

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData
from sqlalchemy.exc import IntegrityError

from webapp.accounts import sessions
from webapp.accounts.models import Organisation, Role, User
from webapp.core import events
from webapp.core.database import db, new_id, now
from webapp.core.keys import timed_signer
from webapp.core.security_log import record

_SALT = "viva.set-password"


class AccountError(ValueError):
    """This cannot be done with this person; the message is for a person."""


class AddressTakenError(AccountError):
    """Somebody has this email address already."""


def add_person(*, name: str, email: str, role: Role, by: User) -> User:
    """Add somebody who sets their own password by a link (``password_token``). Raises AddressTakenError."""
    user = User(name=name.strip(), email=email.strip().lower(), role=role, organisation_id=by.organisation_id)
    user.lock_password()
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise AddressTakenError(
            _("Someone with this email address already has an account. Find them in the list.")
        ) from None
    _join(user)
    current_app.logger.info("User %s added by %s", user.id, by.id)
    events.send(events.person_added, user_id=user.id)
    return user


def add_admin(*, name: str, email: str, password: str) -> User:
    """Add an admin of this Viva's first organisation, from the command line."""
    user = User(email=email, name=name.strip(), role=Role.ADMIN, organisation_id=first_organisation().id)
    user.set_password(password)
    enrol(user)
    return user


def enrol(user: User) -> None:
    """Take in an account that was just made, with its password."""
    db.session.add(user)
    db.session.flush()
    _join(user)


def first_organisation() -> Organisation:
    """The organisation that this Viva began with; made where there is none."""
    found = db.session.scalar(sa.select(Organisation).order_by(Organisation.created_at, Organisation.id).limit(1))
    if found is None:
        found = Organisation(name="Viva")
        db.session.add(found)
        db.session.flush()
    return found


def _join(user: User) -> None:
    """Tell the features above that somebody works here now."""
    if user.role.is_staff:
        events.send(events.person_joined, user_id=user.id)


def change_role(user: User, role: Role, *, by: User) -> None:
    """Give ``user`` another role. Raises AccountError for oneself and for the last admin."""
    if user.id == by.id:
        raise AccountError(_("You cannot change your own role. Ask another admin to do it."))
    _hold_admins()
    user.role = role
    _check_an_admin_remains(user.organisation_id)
    _join(user)
    current_app.logger.info("User %s given another role by %s", user.id, by.id)


def deactivate(user: User, *, by: User | None) -> None:
    """End ``user``'s access at once and keep their history; ``by`` is None where a directory does it.

    Raises AccountError for oneself and the last admin.
    """
    if by is not None and user.id == by.id:
        raise AccountError(_("You cannot deactivate yourself. Ask another admin to do it."))
    _hold_admins()
    user.active = False
    _check_an_admin_remains(user.organisation_id)
    sessions.end_all(user)
    current_app.logger.info("User %s deactivated by %s", user.id, by.id if by else "the directory")


def reactivate(user: User, *, by: User | None) -> None:
    """Let ``user`` in again. Their old password stays unknown to them and to us until they set one by a link."""
    if not user.active:
        user.active = True
        user.lock_password()
        db.session.flush()
        current_app.logger.info("User %s reactivated by %s", user.id, by.id if by else "the directory")
        events.send(events.person_added, user_id=user.id)


def _admins() -> sa.Select[str]:
    return sa.select(User.id).where(User.role == Role.ADMIN, User.active)


def _hold_admins() -> None:
    """Two admins who demote each other at once go one after the other: by row locks here; on SQLite, which has one
    writer, by counting after the change has been written."""
    db.session.scalars(_admins().order_by(User.id).with_for_update()).all()


def _check_an_admin_remains(organisation_id: str | None) -> None:
    db.session.flush()
    if not db.session.scalar(sa.select(_admins().where(User.organisation_id == organisation_id).exists())):
        raise AccountError(_("This is the last admin. Make someone else an admin first."))


def change_password(user: User, password: str) -> None:
    """Set ``password``; every other session of ``user`` and every link to set a password ends."""
    user.set_password(password)
    sessions.end_all(user)
    db.session.flush()
    current_app.logger.info("User %s password changed by %s", user.id, user.id)


def password_token(user: User) -> str:
    """What lets ``user`` set a password: signed, for PASSWORD_LINK_SECONDS, and once (it names the present one)."""
    return timed_signer(_SALT).dumps([user.id, user.password_mark])


def reset_token(user: User) -> str:
    """The same for somebody who asked for it themselves: for PASSWORD_RESET_SECONDS."""
    return timed_signer(_SALT).dumps([user.id, user.password_mark, "reset"])


def user_of_password_token(token: str) -> User | None:
    """Whose token this is; None where it is garbled, expired, used, or the person is deactivated."""
    try:
        (user_id, mark, *kind), made = timed_signer(_SALT).loads(
            token, max_age=current_app.config["PASSWORD_LINK_SECONDS"], return_timestamp=True
        )
    except (BadData, TypeError, ValueError):
        return None
    if kind == ["reset"] and (now() - made).total_seconds() > current_app.config["PASSWORD_RESET_SECONDS"]:
        return None
    user = db.session.get(User, user_id)
    if user is None or not user.active or not hmac.compare_digest(user.password_mark, mark):
        return None
    return user


def forget_password(email: str) -> None:
    """Somebody says that they forgot the password of ``email``: tell who has it, if anybody does.

    Nothing says to the caller whether there is such a person.
    """
    user = db.session.scalar(sa.select(User).where(User.email == email.strip().lower(), User.active))
    if user is not None:
        record("password reset asked", person=user.id)
        events.send(events.password_forgotten, user_id=user.id, request_id=new_id())
