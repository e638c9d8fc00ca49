"""What an organisation says of itself, as a page for admins."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Organisation, Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.organisations import operations, profile
from webapp.organisations.forms import ProfileForm

blueprint = Blueprint("organisation", __name__)


@blueprint.route("/organisation", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def settings() -> Response | tuple[str, int]:
    """The organisation's name, its public page, and whom candidates ask."""
    organisation = db.session.get(Organisation, current_user.organisation_id) or abort(404)
    row = profile.profile_of(organisation)
    form = ProfileForm(obj=row, name=organisation.name)
    if form.validate_on_submit():
        values = {name: form[name].data or "" for name in form.said}
        try:
            operations.rename_organisation(organisation, form.name.data or "", by=current_user)
            profile.change_profile(organisation, by=current_user, slug=form.slug.data or "", **values)
        except profile.ProfileError as error:
            db.session.rollback()
            form[error.field].errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for("organisation.settings"))
    address = url_for("notices.public", slug=profile.slug_of(organisation), _external=True)
    page = render_template("organisations/settings.html", form=form, address=address)
    return page, 422 if form.is_submitted() else 200
