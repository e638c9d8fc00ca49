"""The views of this feature."""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_required, login_user, logout_user

from webapp.accounts.forms import SignInForm
from webapp.accounts.models import User, check_password
from webapp.database import db
from webapp.extensions import limiter

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit(lambda: current_app.config["SIGN_IN_RATE"], methods=["POST"])
def sign_in() -> Response | tuple[str, int] | str:
    """Ask who somebody is."""
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    user = db.session.scalar(sa.select(User).where(User.email == form.email.data.strip().lower()))
    if not check_password(user, form.password.data) or not user.active:
        form.password.errors = ["This email address and password do not belong together."]
        return render_template("accounts/sign_in.html", form=form), 422
    session.clear()  # nothing of an earlier session survives a change of person
    login_user(user, remember=form.remember.data)
    return redirect(_safe_target(request.args.get("next")) or url_for("pages.home"))


@blueprint.post("/sign-out")
@login_required
def sign_out() -> Response:
    """Forget who somebody is."""
    logout_user()
    session.clear()
    flash("You are signed out.", "info")
    return redirect(url_for("pages.home"))


def _safe_target(target: str | None) -> str | None:
    """``target`` if it is a path of ours; an address elsewhere would make us a springboard."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
