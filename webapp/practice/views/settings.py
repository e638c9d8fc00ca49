"""What an organisation says of practice: an admin's page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core import mail
from webapp.core.database import db
from webapp.core.hosts import link_to
from webapp.core.security import require_role
from webapp.practice import settings

blueprint = Blueprint("practice_settings", __name__, url_prefix="/employer/practice")


@blueprint.route("", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def edit() -> Response | str:
    """With which questions candidates practise, and whether others may."""
    organisation_id = current_user.organisation_id or abort(404)
    if request.method == "POST":
        try:
            settings.choose(organisation_id, request.form.get("lineage") or None, by=current_user)
            settings.switch_by_mail(organisation_id, bool(request.form.get("by_mail")), by=current_user)
        except ValueError as error:
            db.session.rollback()
            flash(str(error), "warning")
        else:
            db.session.commit()
            flash(_("Saved."), "success")
        return redirect(url_for("practice_settings.edit"))
    return render_template(
        "practice/settings.html",
        settings=settings.settings_of(organisation_id),
        chosen=settings.chosen(organisation_id),
        sets=settings.sets_of(organisation_id),
        address=link_to("practice.by_mail", organisation=organisation_id),
        mailing=mail.is_configured(),
    )
