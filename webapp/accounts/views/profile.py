"""One's own password and sessions."""

from __future__ import annotations

from flask import (
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts import operations, second_step, sessions
from webapp.accounts.forms import ChangePasswordForm
from webapp.accounts.models import User
from webapp.accounts.throttle import throttled
from webapp.accounts.views.base import blueprint, enter
from webapp.core.database import db
from webapp.core.security_log import record


@blueprint.route("/profile", methods=["GET", "POST"])
@login_required
@throttled
def profile() -> Response | tuple[str, int]:
    """One's own account: who one is here, and another password."""
    form = ChangePasswordForm(person=current_user)
    user = db.get_or_404(User, current_user.id)
    here, others = sessions.current(user), sessions.of(user)
    shown = {"form": form, "here": here, "sessions": others, "factors": second_step.of(user)}
    if not form.validate_on_submit():
        return render_template("accounts/profile.html", **shown), 422 if form.is_submitted() else 200
    if not user.check_password(form.current.data):
        form.current.errors = [_("This is not your current password. Try again.")]
        return render_template("accounts/profile.html", **shown), 422
    remember, stepped = here is not None and here.remembered, here is not None and here.second_step
    operations.change_password(user, form.password.data)
    record("password changed", person=user.id)
    enter(user, remember=remember, second_step=stepped)
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
            flash(_("That session has already ended."), "info")
            return redirect(url_for("accounts.profile"))
        sessions.end(row)
        flash(_("That session has been ended."), "success")
    else:
        number = sessions.end_all(user, but=user.session_id)
        flash(
            ngettext("%(num)s other session has been ended.", "%(num)s other sessions have been ended.", number),
            "success",
        )
    db.session.commit()
    return redirect(url_for("accounts.profile"))
