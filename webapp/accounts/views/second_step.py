"""Between the password and the session: the second step; and signing in by a passkey alone."""

from __future__ import annotations

import hmac

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts import passkeys, pending, second_step
from webapp.accounts.factor_models import PendingStep
from webapp.accounts.forms import CodeForm
from webapp.accounts.models import Role, User
from webapp.accounts.throttle import throttled_second_step
from webapp.accounts.views.base import blueprint, enter, safe_target
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.limits import network_of_client
from webapp.core.security_log import record


def _who() -> tuple[PendingStep, User] | None:
    """The step that this browser is at, and whose it is; None where the password has changed since."""
    step = pending.of(pending.SECOND_STEP)
    user = db.session.get(User, step.user_id) if step is not None and step.user_id else None
    if step is None or user is None or not user.active:
        return None
    return (step, user) if hmac.compare_digest(step.data["mark"], user.password_mark) else None


@blueprint.route("/sign-in/second-step", endpoint="second_step", methods=["GET", "POST"])
@throttled_second_step
def ask() -> Response | tuple[str, int]:
    """Ask for a code, or for what a passkey signed (form fields ``code`` and ``credential``)."""
    found = _who()
    if found is None:
        flash(_("Please sign in again. The second step has to follow within ten minutes."), "info")
        return redirect(url_for("accounts.sign_in"))
    step, user = found
    form = CodeForm()
    if form.credential.data:
        if passkeys.owner(form.credential.data, user) is not None:
            return _in(user, step, "passkey")
        form.code.errors = [_("That passkey did not work. Try again, or enter a code.")]
    elif form.validate_on_submit():
        if how := second_step.check(user, form.code.data or ""):
            return _in(user, step, how)
        form.code.errors = [_("Wrong code, or one that was used already. Wait for the next one, then try again.")]
    if form.is_submitted():
        record("second step failed", person=user.id)
    factors = second_step.of(user)
    page = render_template(
        "accounts/second_step.html", form=form, factors=factors, possible=passkeys.are_possible(), person=user
    )
    return page, 422 if form.is_submitted() else 200


def _in(user: User, step: PendingStep, how: str) -> Response:
    if pending.take(pending.SECOND_STEP) is None:  # two at once: the other one is in
        return redirect(url_for("accounts.sign_in"))
    enter(user, remember=step.data["remember"], second_step=True)
    record("signed in", person=user.id, second_step=how)
    if done := step.data["done"]:
        flash(done, "success")
    left = second_step.of(user).codes
    if how == "recovery code":
        flash(
            _("You used a recovery code. You have %(number)s left: make new ones before you run out.", number=left),
            "warning",
        )
    return redirect(step.data["to"] or url_for("pages.home"))


@blueprint.post("/sign-in/passkey/options")
@limiter.limit("60 per minute", key_func=lambda: f"passkeys from {network_of_client()}")
def passkey_options() -> Response:
    """A challenge for the passkeys of whoever gave their password here, or for any."""
    found = _who()
    options = passkeys.request_options(found[1] if found else None)
    db.session.commit()
    return jsonify(options)


@blueprint.post("/sign-in/passkey")
def passkey() -> Response:
    """Sign in by a passkey alone (form field ``credential``): the device has checked who holds it."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    user = passkeys.owner(request.form.get("credential", ""), None)
    if user is None or not user.active or user.role is Role.GUEST:
        record("sign-in failed", person=user.id if user else None)
        flash(_("That passkey is not known here. Sign in with your password."), "error")
        return redirect(url_for("accounts.sign_in"))
    enter(user, second_step=True)
    record("signed in", person=user.id, second_step="passkey alone")
    return redirect(safe_target(request.args.get("next")) or url_for("pages.home"))
