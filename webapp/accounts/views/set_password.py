"""The page behind a link to set a password."""

from __future__ import annotations

from flask import (
    abort,
    render_template,
    request,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from webapp.accounts import operations
from webapp.accounts.forms import SetPasswordForm
from webapp.accounts.views.base import blueprint, go_on
from webapp.core.extensions import limiter
from webapp.core.security_log import record


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
    record("password set by link", person=user.id)
    return go_on(user, done=_("Your password is set and you are signed in."))
