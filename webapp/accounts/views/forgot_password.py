"""Asking for a link to set a new password. The answer is the same whoever asks, and whether there is an account."""

from __future__ import annotations

from flask import current_app, render_template, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from webapp.accounts import operations
from webapp.accounts.forms import ForgotPasswordForm
from webapp.accounts.views.base import blueprint
from webapp.core import mail
from webapp.core.database import db
from webapp.core.extensions import limiter
from webapp.core.limits import network_of_client

_TOO_OFTEN = _l("Wait an hour, then ask again. If it is urgent, ask your administrator for a link.")


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@limiter.limit(
    lambda: current_app.config["PASSWORD_RESET_RATE"], key_func=lambda: f"reset from {network_of_client()}",
    methods=["POST"], error_message=_TOO_OFTEN,
)  # fmt: skip
@limiter.limit(
    lambda: current_app.config["PASSWORD_RESET_RATE_PER_ACCOUNT"],
    key_func=lambda: f"reset of {request.form.get('email', '').strip().lower()[:254]}",
    methods=["POST"], error_message=_TOO_OFTEN,
)  # fmt: skip
def forgot_password() -> Response | tuple[str, int]:
    """Ask for the address; say that a message is on its way if there is such an account."""
    form = ForgotPasswordForm()
    if form.validate_on_submit():
        operations.forget_password(form.email.data or "")
        db.session.commit()
        return render_template("accounts/reset_asked.html", email=form.email.data, mailing=mail.is_configured()), 200
    page = render_template("accounts/forgot_password.html", form=form, mailing=mail.is_configured())
    return page, 422 if form.is_submitted() else 200
