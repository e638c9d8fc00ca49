"""Single sign-on and the directory, for admins."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.confirming import confirmed
from webapp.accounts.models import Organisation, Role
from webapp.core.database import db
from webapp.core.hosts import base_url, link_to
from webapp.core.security import require_role
from webapp.identity import finding, oidc, operations
from webapp.identity.forms import OidcForm, SamlForm
from webapp.identity.models import Protocol, Provider
from webapp.identity.operations import Draft
from webapp.organisations.profile import slug_of

blueprint = Blueprint("identity", __name__, url_prefix="/people/single-sign-on")

_admin = require_role(Role.ADMIN)


def _own(provider_id: str) -> Provider:
    row = db.session.get(Provider, provider_id)
    if row is None or row.organisation_id != current_user.organisation_id:
        abort(404)
    return row


@blueprint.get("/")
@_admin
@confirmed
def index() -> str:
    """Providers and the directory's token."""
    return _index()


def _index(**more: object) -> str:
    organisation_id = current_user.organisation_id or ""
    return render_template(
        "identity/index.html",
        providers=operations.providers(organisation_id),
        token=operations.token_of(organisation_id),
        scim_url=f"{base_url()}/scim/v2",
        sign_in_url=_sign_in_url(),
        **more,
    )


def _sign_in_url() -> str:
    """Where people of this organisation sign in; the same for all where there is only one."""
    organisation = db.session.get(Organisation, current_user.organisation_id or "")
    if organisation is None or finding.alone():
        return link_to("accounts.sign_in")
    return link_to("accounts.sign_in", organisation=slug_of(organisation))


@blueprint.route("/new/<protocol>", methods=["GET", "POST"])
@_admin
@confirmed
def new(protocol: str) -> Response | tuple[str, int]:
    """Add a provider."""
    if protocol not in (Protocol.OIDC, Protocol.SAML):
        abort(404)
    form = OidcForm() if protocol == Protocol.OIDC else SamlForm()
    if form.validate_on_submit() and _answers(form):
        provider = operations.add_provider(Protocol(protocol), _draft(form), by=current_user)
        db.session.commit()
        flash(_("%(provider)s has been added. Try it in another browser.", provider=provider.name), "success")
        return redirect(url_for("identity.edit", provider_id=provider.id))
    return _form_page(form, protocol, None)


@blueprint.route("/<provider_id>", methods=["GET", "POST"])
@_admin
@confirmed
def edit(provider_id: str) -> Response | tuple[str, int]:
    """Change a provider."""
    provider = _own(provider_id)
    form = (OidcForm if provider.protocol is Protocol.OIDC else SamlForm)(obj=provider)
    if form.validate_on_submit() and _answers(form):
        operations.change_provider(_own(provider_id), _draft(form))
        db.session.commit()
        flash(_("Saved."), "success")
        return redirect(url_for("identity.edit", provider_id=provider_id))
    return _form_page(form, provider.protocol, provider)


def _answers(form: OidcForm | SamlForm) -> bool:
    """Whether a provider of OpenID Connect answers at the address of its issuer."""
    if isinstance(form, SamlForm):
        return True
    db.session.commit()  # nothing stays open while the provider is asked
    try:
        oidc.about(form.issuer.data or "")
    except oidc.Refused as refused:
        form.issuer.errors = [
            _("This issuer cannot be used (%(why)s). Enter its address as it writes it itself.", why=refused.code)
        ]
        return False
    return True


def _draft(form: OidcForm | SamlForm) -> Draft:
    values = {name: field.data for name, field in form._fields.items() if name in Draft.__dataclass_fields__}
    return Draft(**values)


def _form_page(form: OidcForm | SamlForm, protocol: str, provider: Provider | None) -> tuple[str, int]:
    page = render_template(
        "identity/edit.html",
        form=form,
        protocol=str(protocol),
        provider=provider,
        redirect_uri=link_to("sso.callback"),
        party=operations.party_of(provider) if provider is not None else None,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/<provider_id>/remove")
@_admin
@confirmed
def remove(provider_id: str) -> Response:
    """Remove a provider."""
    provider = _own(provider_id)
    operations.remove_provider(provider)
    db.session.commit()
    flash(_("%(provider)s has been removed. Its people set a password by a link.", provider=provider.name), "success")
    return redirect(url_for("identity.index"))


@blueprint.post("/token")
@_admin
@confirmed
def new_token() -> str:
    """Make a token for the directory, and show it this once."""
    token = operations.new_token(by=current_user)
    db.session.commit()
    return _index(new_token=token)


@blueprint.post("/token/remove")
@_admin
@confirmed
def remove_token() -> Response:
    """Let no directory keep accounts any more."""
    operations.remove_token(by=current_user)
    db.session.commit()
    flash(_("The token no longer works."), "success")
    return redirect(url_for("identity.index"))
