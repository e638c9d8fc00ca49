"""What admins do with identity providers and the directory's token. Nothing here commits."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.core.hosts import link_to
from webapp.core.sealing import CannotOpen, seal, unseal
from webapp.core.security_log import record
from webapp.identity import oidc, saml
from webapp.identity.models import DirectoryToken, Identity, Protocol, Provider

_PURPOSE = "identity provider"


@dataclass(frozen=True)
class Draft:
    """What an admin entered of a provider. An empty secret leaves the one that is there."""

    name: str
    issuer: str
    client_id: str = ""
    client_secret: str = ""
    sign_in_url: str = ""
    certificates: str = ""
    creates_accounts: bool = False
    has_second_step: bool = False
    active: bool = True


def add_provider(protocol: Protocol, draft: Draft, *, by: User) -> Provider:
    """Let people of ``by``'s organisation sign in there."""
    provider = Provider(protocol=protocol, organisation_id=by.organisation_id, name=draft.name, issuer=draft.issuer)
    _fill(provider, draft)
    db.session.add(provider)
    db.session.flush()
    record("identity provider added", provider=provider.id)
    return provider


def change_provider(provider: Provider, draft: Draft) -> None:
    """Change it. Another issuer is another provider: whose accounts were joined there are joined no longer."""
    if provider.issuer != draft.issuer:
        db.session.execute(sa.delete(Identity).where(Identity.provider_id == provider.id))
    _fill(provider, draft)
    db.session.flush()
    record("identity provider changed", provider=provider.id)


def _fill(provider: Provider, draft: Draft) -> None:
    for name in ("name", "issuer", "client_id", "sign_in_url", "certificates"):
        setattr(provider, name, getattr(draft, name).strip())
    provider.creates_accounts, provider.has_second_step = draft.creates_accounts, draft.has_second_step
    provider.active = draft.active
    if draft.client_secret:
        provider.client_secret = seal(draft.client_secret.strip(), _PURPOSE)


def remove_provider(provider: Provider) -> None:
    """Let nobody sign in there any more; accounts stay."""
    record("identity provider removed", provider=provider.id)
    db.session.execute(sa.delete(Identity).where(Identity.provider_id == provider.id))
    db.session.delete(provider)
    db.session.flush()


def providers(organisation_id: str | None = None) -> list[Provider]:
    """Those of an organisation; of all, those that are in use."""
    query = sa.select(Provider).order_by(sa.func.lower(Provider.name), Provider.id)
    if organisation_id is not None:
        return list(db.session.scalars(query.where(Provider.organisation_id == organisation_id)))
    return list(db.session.scalars(query.where(Provider.active)))


def client_of(provider: Provider) -> oidc.Client:
    """Us, as the provider knows us. Raises oidc.Refused where its secret cannot be read any more."""
    try:
        secret = unseal(provider.client_secret, _PURPOSE) if provider.client_secret else ""
    except CannotOpen:
        raise oidc.Refused("its secret was sealed with another key") from None
    return oidc.Client(provider.issuer, provider.client_id, secret, link_to("sso.callback"))


def party_of(provider: Provider) -> saml.Party:
    """The provider and we, for SAML."""
    return saml.Party(
        provider.issuer,
        provider.sign_in_url,
        provider.certificates,
        link_to("sso.metadata", provider_id=provider.id),
        link_to("sso.answer", provider_id=provider.id),
    )


def new_token(*, by: User) -> str:
    """A token for the directory of ``by``'s organisation, instead of any of before. Shown once."""
    db.session.execute(sa.delete(DirectoryToken).where(DirectoryToken.organisation_id == by.organisation_id))
    token = f"viva_scim_{secrets.token_urlsafe(32)}"
    row = DirectoryToken(organisation_id=by.organisation_id, hash=_hash(token), created_by_id=by.id)
    db.session.add(row)
    db.session.flush()
    record("directory token made", token=row.id)
    return token


def remove_token(*, by: User) -> None:
    """Let no directory keep the accounts of ``by``'s organisation any more."""
    db.session.execute(sa.delete(DirectoryToken).where(DirectoryToken.organisation_id == by.organisation_id))
    record("directory token removed", organisation=by.organisation_id)


def token_of(organisation_id: str) -> DirectoryToken | None:
    """The token in use."""
    return db.session.scalar(sa.select(DirectoryToken).where(DirectoryToken.organisation_id == organisation_id))


def token_shown(text: str) -> DirectoryToken | None:
    """Which token this is, if it is one."""
    row = db.session.scalar(sa.select(DirectoryToken).where(DirectoryToken.hash == _hash(text)))
    if row is not None and (row.used_at is None or (now() - row.used_at).total_seconds() > 300):
        row.used_at = now()
    return row


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
