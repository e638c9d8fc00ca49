"""What candidates see of an organisation: an admin's page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Organisation, Role
from webapp.clips.models import Clip
from webapp.clips.operations import Use
from webapp.clips.views.taking import Place, take
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.employer import operations
from webapp.employer.colours import is_changed, shades
from webapp.employer.forms import EmployerForm
from webapp.employer.logo import LARGEST, LogoError
from webapp.employer.models import AiHelp
from webapp.employer.offers import OFFERS

blueprint = Blueprint("employer", __name__, url_prefix="/employer")

_admin = require_role(Role.ADMIN)


def _organisation() -> Organisation:
    return db.session.get(Organisation, current_user.organisation_id) or abort(404)


def _page(form: EmployerForm, *, error: str = "", chosen: list[str] | None = None) -> str:
    organisation = _organisation()
    page = operations.page_of(organisation.id)
    return render_template(
        "employer/edit.html",
        form=form,
        page=page,
        organisation=organisation,
        employer=operations.employer_of(page),
        shades=shades(page.colour) if page.colour else {},
        changed=bool(page.colour) and is_changed(page.colour),
        offers=OFFERS,
        chosen=page.at_once if chosen is None else chosen,
        error=error,
    )


@blueprint.route("/", methods=["GET", "POST"])
@_admin
def edit() -> Response | str | tuple[str, int]:
    """Name, colours, welcome, contact, rules, and what is granted at once."""
    organisation = _organisation()
    form = EmployerForm(obj=operations.page_of(organisation.id))
    if request.method == "POST":
        chosen = [each for each in request.form.getlist("at_once") if each in OFFERS]
        if not form.validate():
            return _page(form, chosen=chosen), 422
        values = {name: field.data for name, field in form._fields.items() if name not in ("csrf_token", "ai_help")}
        operations.save(organisation.id, by=current_user, at_once=chosen, **values, ai_help=AiHelp(form.ai_help.data))
        db.session.commit()
        flash(_("Saved. Candidates see it from now on."), "success")
        return redirect(url_for("employer.edit"))
    return _page(form)


@blueprint.post("/logo")
@_admin
def logo() -> Response | tuple[str, int]:
    """Another logo, or none."""
    organisation = _organisation()
    file = request.files.get("logo")
    content = file.stream.read(LARGEST + 1) if file is not None and not request.form.get("remove") else b""
    try:
        operations.set_logo(organisation.id, content, by=current_user)
    except LogoError as refused:
        db.session.rollback()
        return _page(EmployerForm(obj=operations.page_of(organisation.id), formdata=None), error=str(refused)), 422
    db.session.commit()
    flash(_("Saved. Candidates see it from now on."), "success")
    return redirect(url_for("employer.edit"))


@blueprint.route("/welcome-video", methods=["GET", "POST"])
@_admin
def welcome_video() -> Response | str | tuple[str, int]:
    """Record a welcome, upload one, or take it off."""
    organisation = _organisation()
    page = operations.page_of(organisation.id)
    place = Place(
        heading=_("Welcome video"),
        lead=_("Candidates may play it on the first page of an interview, once somebody has read its captions."),
        back=Use(_("What candidates see"), url_for("employer.edit")),
        taken_off=_("Candidates see no welcome video."),
        label=_("Welcome video"),
    )

    def keep(made: Clip | None) -> str:
        operations.set_welcome(organisation.id, made, by=current_user)
        return url_for("employer.edit", _anchor="welcome-video")

    return take(place, page.welcome_clip, keep)
