"""Passkeys (WebAuthn): the browser signs a challenge of ours with a key that never leaves the person's device.

The signature names the host that asked, so that a page elsewhere can do nothing with it. A passkey that checked a
fingerprint, a face or a PIN is two steps in one and opens an account by itself; any passkey is a second step. Nothing
here commits, save ``pending.take``.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from flask_babel import gettext as _
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from webapp.accounts import pending, second_step
from webapp.accounts.factor_models import Passkey
from webapp.accounts.models import User
from webapp.accounts.operations import AccountError
from webapp.core.database import db, now
from webapp.core.hosts import base_url

NEW, SIGN_IN = "new passkey", "passkey"
#: The longest credential that is read, in characters, and how many of one person.
LONGEST, MOST = 20_000, 20
#: What reading a credential may raise: the library's own, and what Python says about what is garbled.
_GARBLED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)


def are_possible() -> bool:
    """Whether browsers offer passkeys at our address: by TLS or on this machine, and never at a bare number."""
    here = urlsplit(base_url())
    name = here.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return here.scheme == "https" or name == "localhost" or name.endswith(".localhost")
    return False


def _host() -> str:
    return urlsplit(base_url()).hostname or ""


def _origin() -> str:
    here = urlsplit(base_url())
    return f"{here.scheme}://{here.netloc}"


def creation_options(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey for ``user``."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="Viva",
        user_id=user.id.encode("ascii"),
        user_name=user.email,
        user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_described(second_step.of(user).passkeys),
    )
    pending.begin(NEW, user, challenge=bytes_to_base64url(options.challenge))
    return options_to_json_dict(options)


def add(user: User, credential: str, name: str) -> Passkey:
    """Keep what the browser made. Raises AccountError."""
    step = pending.take(NEW)
    if step is None or step.user_id != user.id:
        raise AccountError(_("That took too long. Try again."))
    if len(second_step.of(user).passkeys) >= MOST:
        raise AccountError(_("You have as many passkeys as one person can have. Remove one first."))
    try:
        made = json.loads(credential[:LONGEST])
        found = webauthn.verify_registration_response(
            credential=made,
            expected_challenge=base64url_to_bytes(step.data["challenge"]),
            expected_rp_id=_host(),
            expected_origin=_origin(),
        )
        transports = [str(each)[:20] for each in made["response"].get("transports", [])][:8]
    except _GARBLED:
        raise AccountError(_("The browser could not make a passkey. Try again, or use another device.")) from None
    key = bytes_to_base64url(found.credential_id)
    if db.session.scalar(sa.select(Passkey.id).where(Passkey.credential == key)):
        raise AccountError(_("This passkey is in use already."))
    row = Passkey(
        user_id=user.id,
        name=name.strip()[:80] or _("Passkey"),
        credential=key,
        public_key=found.credential_public_key,
        used=found.sign_count,
        transports=transports,
    )
    db.session.add(row)
    second_step.added(user, "passkey")
    return row


def request_options(user: User | None) -> dict[str, Any]:
    """What the browser needs to sign in: as the second step of ``user``, or by itself, where it knows the account."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        allow_credentials=_described(second_step.of(user).passkeys) if user else None,
        user_verification=UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED,
    )
    pending.begin(SIGN_IN, user, challenge=bytes_to_base64url(options.challenge))
    return options_to_json_dict(options)


def owner(credential: str, user: User | None) -> User | None:
    """Whose passkey signed the challenge of this browser; None where it is nobody's, or not right.

    :param user: whose second step it is; None where the passkey is all that is asked, and the person was to be verified
        by their device.
    """
    step = pending.take(SIGN_IN)
    if step is None or step.user_id != (user.id if user else None):
        return None
    try:
        sent = json.loads(credential[:LONGEST])
        row = db.session.scalar(sa.select(Passkey).where(Passkey.credential == str(sent["id"])))
        if row is None or (user is not None and row.user_id != user.id) or not _is_of(sent, row):
            return None
        found = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=base64url_to_bytes(step.data["challenge"]),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.used,
            require_user_verification=user is None,
        )
    except _GARBLED:
        return None
    newer = sa.or_(Passkey.used < found.new_sign_count, sa.literal(found.new_sign_count) == 0)
    values = {"used": found.new_sign_count, "used_at": now()}
    noted = db.session.execute(sa.update(Passkey).where(Passkey.id == row.id, newer).values(**values))
    if cast("sa.CursorResult[Any]", noted).rowcount != 1:
        return None
    return db.session.get(User, row.user_id)


def _is_of(sent: dict[str, Any], row: Passkey) -> bool:
    """Whether the account that the authenticator names, where it names one, is the passkey's."""
    handle = sent["response"].get("userHandle")
    return not handle or base64url_to_bytes(handle) == row.user_id.encode("ascii")


def _described(rows: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {each.value: each for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(row.credential),
            transports=[known[name] for name in row.transports if name in known] or None,
        )
        for row in rows
    ]
