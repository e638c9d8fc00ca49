"""One's own second step: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

import base64
import io

import segno
from flask import Flask, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts import passkeys, pending, second_step, sessions
from webapp.accounts.confirming import confirmed
from webapp.accounts.factor_models import Passkey
from webapp.accounts.forms import AppForm, PasskeyForm
from webapp.accounts.models import User
from webapp.accounts.operations import AccountError
from webapp.accounts.throttle import throttled
from webapp.accounts.views.base import blueprint
from webapp.core import problems
from webapp.core.database import db

NEW_APP = "new app"
#: What somebody may ask for whose organisation wants a second step that they do not have yet.
WHILE_MISSING = {
    "static",
    "pages.home",
    "accounts.sign_out",
    "accounts.confirm",
    "accounts.two_step",
    "accounts.set_up_app",
    "accounts.passkey_creation",
    "accounts.add_passkey",
    "accounts.new_codes",
}


def init_app(app: Flask) -> None:
    """Lead whoever lacks a second step that is asked of them to where they set one up."""

    @app.before_request
    def ask() -> Response | None:
        if problems.wanted():  # a key was made by an admin who had theirs: it is no session
            return None
        if request.endpoint in WHILE_MISSING or not current_user.is_authenticated:
            return None
        if not second_step.is_missing(current_user):
            return None
        if second_step.of(current_user):  # in another browser, since this session began: ask for it here
            if (row := sessions.current(current_user)) is not None:
                sessions.end(row)
                db.session.commit()
            return redirect(url_for("accounts.sign_in"))
        if request.method != "GET" or "text/html" not in request.headers.get("Accept", "text/html"):
            abort(403, _("Your organisation asks for two-step verification. Set it up on your account page first."))
        return redirect(url_for("accounts.two_step"))


def _me() -> User:
    return db.get_or_404(User, current_user.id)


@blueprint.get("/profile/two-step")
@login_required
@confirmed
def two_step() -> str:
    """What one has set up, and what one can."""
    return _page()


def _page(**more: object) -> str:
    me = _me()
    values = {"passkey_form": PasskeyForm(formdata=None, name=_suggested()), **more}
    return render_template(
        "accounts/two_step.html",
        factors=second_step.of(me),
        required=second_step.is_required(me),
        possible=passkeys.are_possible(),
        **values,
    )


def _suggested() -> str:
    here = sessions.current(_me())
    return here.browser if here is not None else ""


@blueprint.route("/profile/two-step/app", methods=["GET", "POST"])
@login_required
@confirmed
@throttled
def set_up_app() -> Response | tuple[str, int] | str:
    """Show the secret of a new app, and take it into use once its code is right."""
    me, form = _me(), AppForm()
    step = pending.of(NEW_APP)
    if step is None or step.user_id != me.id:
        step = pending.begin(NEW_APP, me, secret=second_step.new_secret())
        db.session.commit()
    secret = step.data["secret"]
    if form.validate_on_submit():
        try:
            second_step.set_up_app(me, secret, "".join((form.code.data or "").split()))
        except AccountError as error:
            form.code.errors = [str(error)]
        else:
            pending.forget(NEW_APP)
            return _added(me, _("Your authenticator app is set up."))
    picture = io.BytesIO()
    segno.make(second_step.app_uri(me, secret), error="m").save(picture, kind="svg", scale=4, border=4, light="#fff")
    drawn = "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode("ascii")
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("accounts/set_up_app.html", form=form, picture=drawn, secret=shown)
    return page, 422 if form.is_submitted() else 200


def _added(me: User, done: str) -> Response | str:
    """Say that something was added; with the first of all, show recovery codes."""
    codes = [] if second_step.of(me).codes else second_step.new_codes(me)
    db.session.commit()
    flash(done, "success")
    return _codes_page(codes) if codes else redirect(url_for("accounts.two_step"))


def _codes_page(codes: list[str]) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes)


@blueprint.post("/profile/two-step/app/remove")
@login_required
@confirmed
def remove_app() -> Response:
    """End the use of one's app."""
    return _removed(lambda: second_step.remove_app(_me()))


@blueprint.post("/profile/two-step/passkeys/options")
@login_required
@confirmed
def passkey_creation() -> Response:
    """What the browser needs to make a passkey."""
    options = passkeys.creation_options(_me())
    db.session.commit()
    return jsonify(options)


@blueprint.post("/profile/two-step/passkeys")
@login_required
@confirmed
def add_passkey() -> Response | tuple[str, int] | str:
    """Keep the passkey that the browser made (form fields ``credential`` and ``name``)."""
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            passkeys.add(_me(), form.credential.data or "", form.name.data or "")
        except AccountError as error:
            db.session.rollback()
            form.name.errors = [str(error)]
        else:
            return _added(_me(), _("Your passkey has been added."))
    return _page(passkey_form=form), 422


@blueprint.post("/profile/two-step/passkeys/<passkey_id>/remove")
@login_required
@confirmed
def remove_passkey(passkey_id: str) -> Response:
    """End the use of one of one's passkeys."""
    row = db.session.get(Passkey, passkey_id)
    if row is None or row.user_id != current_user.id:
        abort(404)
    return _removed(lambda: second_step.remove_passkey(_me(), row))


def _removed(verb) -> Response:
    try:
        verb()
    except AccountError as error:
        db.session.rollback()
        flash(str(error), "error")
    else:
        db.session.commit()
        flash(_("Removed. It no longer opens your account."), "success")
    return redirect(url_for("accounts.two_step"))


@blueprint.post("/profile/two-step/codes")
@login_required
@confirmed
def new_codes() -> Response | str:
    """Make new recovery codes; those of before no longer count."""
    me = _me()
    if not second_step.of(me):
        flash(_("Set up an authenticator app or a passkey first."), "info")
        return redirect(url_for("accounts.two_step"))
    codes = second_step.new_codes(me)
    db.session.commit()
    return _codes_page(codes)
