"""Signing in and out, one's own password, and a link to set it."""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.wrappers import Response

from webapp.accounts import operations, sessions
from webapp.accounts.forms import ChangePasswordForm, ConfirmForm, SetPasswordForm, SignInForm
from webapp.accounts.models import User, check_password
from webapp.accounts.throttle import throttled
from webapp.core.database import db
from webapp.core.extensions import limiter

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@throttled
def sign_in() -> Response | tuple[str, int]:
    """Ask who somebody is."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    user = db.session.scalar(sa.select(User).where(User.email == form.email.data.strip().lower()))
    # One message for an unknown address, a wrong password and a deactivated person, after the same work.
    if not check_password(user, form.password.data) or user is None or not user.active:
        form.password.errors = [_("Wrong email or password. Check both and try again.")]
        return render_template("accounts/sign_in.html", form=form), 422
    _enter(user, remember=form.remember.data)
    current_app.logger.info("User %s signed in", user.id)
    return redirect(_safe_target(request.args.get("next")) or url_for("pages.home"))


def _enter(user: User, *, remember: bool = False) -> None:
    session.clear()  # nothing of an earlier session survives a change of person
    sessions.begin(user, remember=remember)
    db.session.commit()
    login_user(user, remember=remember)


@blueprint.post("/sign-out")
@login_required
def sign_out() -> Response:
    """Forget who somebody is."""
    if (row := sessions.current(current_user)) is not None:
        sessions.end(row)
        db.session.commit()
    logout_user()
    for key in [key for key in session if key != "_remember"]:  # Flask-Login's order to drop the remember-me cookie
        del session[key]
    flash(_("You are signed out."), "info")
    return redirect(url_for("pages.home"))


@blueprint.route("/profile", methods=["GET", "POST"])
@login_required
@throttled
def profile() -> Response | tuple[str, int]:
    """One's own account: who one is here, and another password."""
    form = ChangePasswordForm(person=current_user)
    user = db.get_or_404(User, current_user.id)
    here, others = sessions.current(user), sessions.of(user)
    if not form.validate_on_submit():
        page = render_template("accounts/profile.html", form=form, here=here, sessions=others)
        return page, 422 if form.is_submitted() else 200
    if not user.check_password(form.current.data):
        form.current.errors = ["This is not your present password. Type it again."]
        return render_template("accounts/profile.html", form=form, here=here, sessions=others), 422
    remember = here is not None and here.remembered
    operations.change_password(user, form.password.data)
    _enter(user, remember=remember)
    flash(_("Your password has been changed. You are signed out on all other devices."), "success")
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/sessions/end")
@login_required
def end_sessions() -> Response:
    """End one of one's own sessions (form field ``session``), or all but this one."""
    user = db.get_or_404(User, current_user.id)
    if wanted := request.form.get("session"):
        row = next((row for row in sessions.of(user) if row.id == wanted), None)
        if row is None:
            flash("That session has ended already.", "info")
            return redirect(url_for("accounts.profile"))
        sessions.end(row)
        flash("That session is ended.", "success")
    else:
        number = sessions.end_all(user, but=user.session_id)
        flash(f"{number} other session{' is' if number == 1 else 's are'} ended.", "success")
    db.session.commit()
    return redirect(url_for("accounts.profile"))


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
            return redirect(_safe_target(request.args.get("next")) or url_for("pages.home"))
        form.password.errors = ["This is not your password. Type it again."]
    return render_template("accounts/confirm.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@limiter.limit(
    "30 per minute",
    key_func=lambda: f"link {request.path[:300]}",
    error_message=_l("Wait a minute, then open the link again."),
)
def set_password(token: str) -> Response | tuple[str, int]:
    """Where the link leads that an admin passed on."""
    user = operations.user_of_password_token(token)
    if user is None:
        abort(410, _("This link has been used or has expired. Ask the person who sent it to you for a new one."))
    form = SetPasswordForm(person=user)
    if not form.validate_on_submit():
        return render_template(
            "accounts/set_password.html", form=form, person=user
        ), 422 if form.is_submitted() else 200
    operations.change_password(user, form.password.data)
    _enter(user)
    flash(_("Your password is set and you are signed in."), "success")
    return redirect(url_for("pages.home"))


def _safe_target(target: str | None) -> str | None:
    """``target`` if it is a path of ours; an address elsewhere would make us a springboard."""
    if not target or not target.isprintable() or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
