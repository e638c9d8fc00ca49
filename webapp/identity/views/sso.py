"""The way to an identity provider and back."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from webapp.accounts import pending, sessions
from webapp.accounts.factor_models import PendingStep
from webapp.accounts.models import User
from webapp.accounts.views.base import enter, go_on, safe_target
from webapp.accounts.ways import Way, offer
from webapp.core.database import db, now
from webapp.core.extensions import csrf, limiter
from webapp.core.limits import network_of_client
from webapp.core.security_log import record
from webapp.identity import finding, joining, oidc, operations, saml
from webapp.identity.forms import ChooseForm
from webapp.identity.joining import Claim, NotJoined
from webapp.identity.models import Identity, Protocol, Provider
from webapp.identity.oidc import Refused
from webapp.organisations.profile import slug_of

blueprint = Blueprint("sso", __name__, url_prefix="/sso")

STEP = "single sign-on"
_often = limiter.limit("60 per minute", key_func=lambda: f"sso from {network_of_client()}")


@offer
def ways(user: User | None) -> list[Way]:
    """Providers, on the sign-in page; where somebody confirms that it is they, those that know them.

    Where several organisations share this Viva, nobody sees with whom: providers show once somebody has said for which
    one they work, or came by its own link.
    """
    target = safe_target(request.args.get("next"))
    if user is None:
        if finding.alone():
            shown = operations.providers()
        elif organisation := finding.by_address(request.args.get("organisation", "")[:60]):
            shown = [each for each in operations.providers(organisation.id) if each.active]
        elif finding.any_provider():
            return [Way(_("Sign in with your organisation"), url_for("sso.choose", next=target))]
        else:
            shown = []
        links = [(each, url_for("sso.begin", provider_id=each.id, next=target)) for each in shown]
        return [Way(_("Sign in with %(provider)s", provider=each.name), url) for each, url in links]
    rows = db.session.query(Identity).filter_by(user_id=user.id).all()
    links = [
        (row.provider, url_for("sso.begin", provider_id=row.provider_id, next=target, confirm=1))
        for row in rows
        if row.provider.active
    ]
    return [Way(_("Confirm with %(provider)s", provider=each.name), url) for each, url in links]


def _provider(provider_id: str) -> Provider | None:
    row = db.session.get(Provider, provider_id)
    return row if row is not None and row.active else None


@blueprint.route("/", methods=["GET", "POST"])
@_often
def choose() -> Answer | tuple[str, int]:
    """Ask for which organisation somebody works, and lead to its sign-in."""
    form = ChooseForm()
    if form.validate_on_submit():
        if found := finding.by_words(form.organisation.data or ""):
            target = safe_target(request.args.get("next"))
            return redirect(url_for("accounts.sign_in", organisation=slug_of(found), next=target))
        form.organisation.errors = [
            _("No organisation here signs in like that. Check the spelling, or ask your administrator for your link.")
        ]
    return render_template("identity/choose.html", form=form), 422 if form.errors else 200


@blueprint.get("/<provider_id>")
@_often
def begin(provider_id: str) -> Answer:
    """Send the browser to the provider."""
    provider = _provider(provider_id) or abort(404)
    me = current_user if current_user.is_authenticated else None
    again = bool(request.args.get("confirm")) and me is not None
    if me is not None and not again:
        return redirect(url_for("pages.home"))
    known = {"provider": provider.id, "to": safe_target(request.args.get("next")), "again": again}
    try:
        if provider.protocol is Protocol.SAML:
            step = pending.begin(STEP, me, **known)
            url, asked = saml.begin(operations.party_of(provider), relay=step.id, again=again)
            step.data = {**known, "request": asked}
        else:
            client = operations.client_of(provider)
            db.session.commit()  # nothing stays open while the provider is asked
            url, kept = oidc.begin(client, again=again)
            pending.begin(STEP, me, **known, **kept)
    except Refused as refused:
        return _refused(provider_id, refused)
    db.session.commit()
    return redirect(url)


@blueprint.get("/callback")
@_often
def callback() -> Answer:
    """Back from a provider of OpenID Connect."""
    step = pending.take(STEP)
    state = request.args.get("state", "")
    if step is None or not hmac.compare_digest(step.data.get("state", "").encode(), state.encode()) or not state:
        return _too_late()
    provider = _provider(step.data["provider"]) or abort(404)
    if request.args.get("error") or not request.args.get("code"):
        flash(_("%(provider)s did not sign you in. Try again, or choose another way.", provider=provider.name), "error")
        return redirect(url_for("accounts.sign_in"))
    again = step.data["again"]
    try:
        client = operations.client_of(provider)
        db.session.commit()
        claim = oidc.finish(
            client, step.data, code=request.args["code"][:4000], iss=request.args.get("iss"), again=again
        )
    except Refused as refused:
        return _refused(provider.id, refused)
    return _believed(provider, claim, step)


@blueprint.post("/<provider_id>/answer")
@csrf.exempt
@_often
def answer(provider_id: str) -> Answer:
    """What a provider of SAML has the browser post here, from its own page and so without our cookies: it is kept, and
    the browser comes back with them. 400 for what answers no request of ours."""
    provider = _provider(provider_id)
    step = db.session.get(PendingStep, request.form.get("RelayState", "")[:64])
    response = request.form.get("SAMLResponse", "")
    if provider is None or step is None or step.kind != STEP or now() >= step.ends_at or not response:
        abort(400, _("This answers no sign-in that began here. Open the sign-in page and begin anew."))
    if step.data.get("provider") != provider.id or "response" in step.data or len(response) > saml.LONGEST:
        abort(400, _("This answers no sign-in that began here. Open the sign-in page and begin anew."))
    step.data = {**step.data, "response": response}
    db.session.commit()
    return redirect(url_for("sso.finish"), 303)


@blueprint.get("/finish")
@_often
def finish() -> Answer:
    """Back from a provider of SAML, in the browser that went there."""
    step = pending.take(STEP)
    if step is None or "response" not in step.data:
        return _too_late()
    provider = _provider(step.data["provider"]) or abort(404)
    try:
        claim = saml.finish(
            operations.party_of(provider), step.data["response"], step.data["request"], again=step.data["again"]
        )
    except Refused as refused:
        return _refused(provider.id, refused)
    return _believed(provider, claim, step)


@blueprint.get("/<provider_id>/metadata")
def metadata(provider_id: str) -> Response:
    """What a provider of SAML needs to know of us."""
    provider = db.session.get(Provider, provider_id)
    if provider is None or provider.protocol is not Protocol.SAML:
        abort(404)
    party = operations.party_of(provider)
    return Response(saml.metadata(party.ours, party.answer_url), mimetype="application/samlmetadata+xml")


def _believed(provider: Provider, claim: Claim, step: PendingStep) -> Answer:
    """Let in whom the provider names, or note that they have confirmed who they are."""
    try:
        user = joining.account_of(provider, claim)
    except NotJoined as refused:
        db.session.rollback()
        record("sign-in failed", person=None, provider=provider.id)
        flash(str(refused), "error")
        return redirect(url_for("accounts.sign_in"))
    to = step.data["to"]
    if step.data["again"]:
        row = sessions.current(current_user) if current_user.is_authenticated else None
        if row is None or user.id != current_user.id or step.user_id != user.id:
            record("confirmation failed", person=step.user_id)
            flash(_("That was another account. Sign in there with your own."), "error")
            return redirect(url_for("accounts.confirm", next=to))
        sessions.confirm(row)
        db.session.commit()
        return redirect(to or url_for("pages.home"))
    record("signed in by provider", person=user.id, provider=provider.id)
    if not provider.has_second_step:
        return go_on(user, to=to)
    enter(user, second_step=True)
    record("signed in", person=user.id)
    return redirect(to or url_for("pages.home"))


def _too_late() -> Answer:
    flash(_("This sign-in took too long, or began in another browser. Please begin anew."), "info")
    return redirect(url_for("accounts.sign_in"))


def _refused(provider_id: str, refused: Refused) -> Answer:
    db.session.rollback()
    current_app.logger.warning("Identity provider %s: %s", provider_id, refused.code)
    record("sign-in failed", person=None, provider=provider_id)
    flash(
        _("Signing in there failed. Try again, or choose another way; your administrator finds why in the log."),
        "error",
    )
    return redirect(url_for("accounts.sign_in"))
