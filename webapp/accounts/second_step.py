"""Two-step verification: what a password alone does not open. Nothing here commits.

A second step is a code of an authenticator app, a passkey, or one of ten recovery codes. Whoever has one is asked at
every sign-in, after a new password too. An organisation may ask it of everybody who works there: they set one up
before they see anything else.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any, cast

import pyotp
import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from webapp.accounts import sessions
from webapp.accounts.factor_models import AuthenticatorApp, Passkey, RecoveryCode
from webapp.accounts.models import Organisation, Role, User
from webapp.accounts.operations import AccountError
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.sealing import CannotOpen, renewed, seal, unseal
from webapp.core.security_log import record

#: How many recovery codes somebody gets, and of how many letters (of 32) each is: 80 bits.
CODES, CODE_LENGTH = 10, 16
#: Letters and digits that nobody takes for others.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: Seconds that a code of an app counts, and how many periods a clock may be wrong.
PERIOD, LEEWAY = 30, 1
_PURPOSE = "authenticator app"


@dataclass(frozen=True)
class Factors:
    """What somebody has set up."""

    app: AuthenticatorApp | None
    passkeys: list[Passkey]
    #: Recovery codes that are left.
    codes: int

    def __bool__(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def of(user: User) -> Factors:
    """What ``user`` has set up."""
    keys = sa.select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.created_at, Passkey.id)
    left = sa.select(sa.func.count()).select_from(RecoveryCode)
    return Factors(
        db.session.get(AuthenticatorApp, user.id),
        list(db.session.scalars(keys)),
        db.session.scalar(left.where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))) or 0,
    )


def is_required(user: User) -> bool:
    """Whether the organisation asks it of ``user``."""
    if not user.role.is_staff or user.organisation_id is None:
        return False
    organisation = db.session.get(Organisation, user.organisation_id)
    return organisation is not None and organisation.second_step_required


def is_missing(user: User) -> bool:
    """Whether ``user`` has to set one up before they may go on in this session."""
    row = sessions.current(user)
    return row is not None and not row.second_step and is_required(user)


def require(organisation: Organisation, required: bool, *, by: User) -> None:
    """Say whether everybody who works here needs a second step; from their next click on."""
    if organisation.second_step_required is not required:
        organisation.second_step_required = required
        db.session.flush()
        record("second step required" if required else "second step no longer required", organisation=organisation.id)
        current_app.logger.info("Second step %s by %s", "required" if required else "optional", by.id)


def without(organisation_id: str) -> list[User]:
    """Who works for an organisation and has no second step, by name."""
    query = (
        sa.select(User)
        .where(User.organisation_id == organisation_id, User.active, User.role.in_([Role.RECRUITER, Role.ADMIN]))
        .where(~sa.exists().where(AuthenticatorApp.user_id == User.id), ~sa.exists().where(Passkey.user_id == User.id))
        .order_by(sa.func.lower(User.name), User.id)
    )
    return list(db.session.scalars(query))


# --- authenticator apps ---------------------------------------------------------------------------------------------


def new_secret() -> str:
    """The secret of an app to be set up, in base32: 160 bits."""
    return pyotp.random_base32()


def app_uri(user: User, secret: str) -> str:
    """What an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Viva")


def set_up_app(user: User, secret: str, code: str) -> None:
    """Take an app into use once it shows the right code. Raises AccountError for a wrong one."""
    period = _period_of(secret, code)
    if period is None:
        raise AccountError(_("This is not the code that the app should show now. Check the time of your device."))
    row = db.session.get(AuthenticatorApp, user.id) or AuthenticatorApp(user_id=user.id)
    row.secret, row.last_period, row.created_at = seal(secret, _PURPOSE), period, now()
    db.session.add(row)
    added(user, "app")


def added(user: User, what: str) -> None:
    """Note that ``user`` has set something up in this session; sessions without a second step end."""
    db.session.flush()
    if (here := sessions.current(user)) is not None:
        here.second_step = True
    sessions.end_all(user, but=user.session_id)
    record("second step added", person=user.id, what=what)
    events.send(events.second_step_changed, user_id=user.id, what=f"{what} added")


def _period_of(secret: str, code: str, *, after: int = 0) -> int | None:
    """The period whose code this is, among those that count now and came later than ``after``."""
    totp, present = pyotp.TOTP(secret), int(time.time()) // PERIOD
    periods = range(max(present - LEEWAY, after + 1), present + LEEWAY + 1)
    fitting = [period for period in periods if pyotp.utils.strings_equal(totp.at(period * PERIOD), code)]
    return fitting[0] if fitting else None


# --- recovery codes -------------------------------------------------------------------------------------------------


def new_codes(user: User) -> list[str]:
    """Make ten recovery codes instead of those of before; shown once, as ``ABCD-EFGH-JKLM-NPQR``."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, hash=_hash(user, code)) for code in codes)
    db.session.flush()
    record("recovery codes made", person=user.id)
    return ["-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4)) for code in codes]


def _hash(user: User, code: str) -> str:
    return hashlib.sha256(f"{user.id} {code}".encode()).hexdigest()


# --- asking ---------------------------------------------------------------------------------------------------------


def check(user: User, entered: str) -> str | None:
    """Whether ``entered`` is a code of the person's app, or a recovery code; which it was ("app", "recovery code").

    Each counts once: of two requests with the same code, one is refused.
    """
    code = "".join(entered.upper().split()).replace("-", "")
    if len(code) == 6 and code.isascii() and code.isdigit():
        return "app" if _use_app(user, code) else None
    return "recovery code" if len(code) == CODE_LENGTH and _use_code(user, code) else None


def _use_app(user: User, code: str) -> bool:
    row = db.session.get(AuthenticatorApp, user.id)
    if row is None:
        return False
    try:
        period = _period_of(unseal(row.secret, _PURPOSE), code, after=row.last_period)
    except CannotOpen:
        current_app.logger.error("User %s has an authenticator app of another secret key", user.id)
        return False
    if period is None:
        return False
    fresh = sa.and_(AuthenticatorApp.user_id == user.id, AuthenticatorApp.last_period < period)
    values = {"last_period": period, "secret": renewed(row.secret, _PURPOSE)}
    return _changed(sa.update(AuthenticatorApp).where(fresh).values(**values))


def _use_code(user: User, code: str) -> bool:
    unused = sa.and_(
        RecoveryCode.user_id == user.id, RecoveryCode.hash == _hash(user, code), RecoveryCode.used_at.is_(None)
    )
    used = _changed(sa.update(RecoveryCode).where(unused).values(used_at=now()))
    if used:
        record("recovery code used", person=user.id)
        events.send(events.second_step_changed, user_id=user.id, what="recovery code used")
    return used


def _changed(statement: sa.Update) -> bool:
    return cast("sa.CursorResult[Any]", db.session.execute(statement)).rowcount == 1


# --- taking away ----------------------------------------------------------------------------------------------------


def remove_app(user: User) -> None:
    """End the use of one's app. Raises AccountError where it is the last second step and one is required."""
    factors = of(user)
    if factors.app is not None:
        _check_one_remains(user, not factors.passkeys)
        db.session.delete(factors.app)
        _removed(user, "app", last=not factors.passkeys)


def remove_passkey(user: User, passkey: Passkey) -> None:
    """End the use of one's passkey. Raises AccountError where it is the last second step and one is required."""
    factors = of(user)
    last = factors.app is None and len(factors.passkeys) == 1
    _check_one_remains(user, last)
    db.session.delete(passkey)
    _removed(user, "passkey", last=last)


def _check_one_remains(user: User, last: bool) -> None:
    if last and is_required(user):
        raise AccountError(
            _("Your organisation asks for a second step. Set up another one before you remove this one.")
        )


def _removed(user: User, what: str, *, last: bool) -> None:
    db.session.flush()
    if last:
        db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    record("second step removed", person=user.id, what=what)
    events.send(events.second_step_changed, user_id=user.id, what=f"{what} removed")


def take_away(user: User, *, by: User | None) -> None:
    """Remove all that ``user`` has set up, because they lost it; they are signed out everywhere.

    ``by`` is the admin who does it, None the command line. Raises AccountError for oneself.
    """
    if by is not None and by.id == user.id:
        raise AccountError(_("Remove your own second step on your account page."))
    for model in (AuthenticatorApp, Passkey, RecoveryCode):
        db.session.execute(sa.delete(model).where(model.user_id == user.id))
    sessions.end_all(user)
    record("second step taken away", person=user.id)
    events.send(events.second_step_changed, user_id=user.id, what="all removed")
