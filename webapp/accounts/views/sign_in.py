"""Signing in and out, and giving one's password once more."""

from __future__ import annotations

import sqlalchemy as sa
from flask import (
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user, login_required, logout_user
from werkzeug.wrappers import Response

from webapp.accounts import passkeys, sessions, ways
from webapp.accounts.forms import ConfirmForm, SignInForm
from webapp.accounts.models import Role, User, check_password
from webapp.accounts.throttle import throttled
from webapp.accounts.views.base import blueprint, go_on, safe_target
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.core.translation import chosen_here


@blueprint.route("/sign-in", methods=["GET", "POST"])
@throttled
def sign_in() -> Response | tuple[str, int]:
    """Ask who somebody is."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    user = db.session.scalar(sa.select(User).where(User.email == form.email.data.strip().lower()))
    # One message for an unknown address, a wrong password and a deactivated person, after the same work.
    if not check_password(user, form.password.data) or user is None or not user.active or user.role is Role.GUEST:
        record("sign-in failed", person=user.id if user else None)
        form.password.errors = [_("Wrong email or password. Check both and try again.")]
        return _page(form), 422
    return go_on(user, remember=form.remember.data, to=safe_target(request.args.get("next")))


def _page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, ways=ways.offered(), passkeys=passkeys.are_possible())


@blueprint.post("/sign-out")
@login_required
def sign_out() -> Response:
    """Forget who somebody is."""
    record("signed out", person=current_user.id)
    if (row := sessions.current(current_user)) is not None:
        sessions.end(row)
        db.session.commit()
    chosen = current_user.language
    logout_user()
    for key in [key for key in session if key != "_remember"]:  # Flask-Login's order to drop the remember-me cookie
        del session[key]
    if chosen:
        chosen_here(chosen)  # the pages stay in the language that they were in
    flash(_("You are signed out."), "info")
    return redirect(url_for("pages.home"))


@blueprint.route("/confirm", methods=["GET", "POST"])
@login_required
@throttled
def confirm() -> Response | tuple[str, int]:
    """Ask for one's password again, before something is done to others."""
    form = ConfirmForm()
    if form.validate_on_submit():
        row = sessions.current(current_user)
        if row is not None and current_user.check_password(form.password.data):
            sessions.confirm(row)
            db.session.commit()
            return redirect(safe_target(request.args.get("next")) or url_for("pages.home"))
        record("confirmation failed", person=current_user.id)
        form.password.errors = [_("This is not your password. Try again.")]
    page = render_template("accounts/confirm.html", form=form, ways=ways.offered(current_user))
    return page, 422 if form.is_submitted() else 200
