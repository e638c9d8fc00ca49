"""The views of this feature."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.organisations.access import Right, may_anywhere
from webapp.policy.codes import name_of
from webapp.positions import operations
from webapp.positions.access import load_position
from webapp.positions.forms import PositionForm
from webapp.positions.models import Position
from webapp.positions.places import country_name

blueprint = Blueprint("positions", __name__, url_prefix="/positions")

_staff = require_role(Role.RECRUITER, Role.ADMIN)


@blueprint.app_template_filter("country")
def country_filter(code: str) -> str:
    """The name of a country by its ISO 3166-1 alpha-2 code."""
    return country_name(code)


@blueprint.app_template_filter("place")
def place_filter(code: str) -> str:
    """The name of a place, its part of the country first."""
    return name_of(code)


@blueprint.get("/")
@_staff
def index() -> str:
    """Positions, the newest first, archived ones last."""
    rows = db.session.scalars(
        operations.positions_of(current_user).order_by(Position.created_at.desc(), Position.id)
    ).all()
    return render_template(
        "positions/index.html",
        positions=[position for position in rows if position.archived_at is None],
        archived=[position for position in rows if position.archived_at is not None],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@_staff
def new() -> Response | tuple[str, int]:
    """Make a position."""
    if not may_anywhere(current_user, Right.MANAGE):
        abort(403)
    form = PositionForm()
    if form.validate_on_submit():
        position = operations.create_position(
            title=form.title.data,
            city=form.city.data,
            country=form.country.data,
            region=form.region.data,
            by=current_user,
        )
        db.session.commit()
        flash(
            _("The position has been created. Below is what may be analysed there. Next, invite candidates."), "success"
        )
        return redirect(url_for("positions.show", position_id=position.id))
    return render_template("positions/edit.html", form=form, position=None), 422 if form.is_submitted() else 200


@blueprint.route("/<position_id>/edit", methods=["GET", "POST"])
@_staff
def edit(position_id: str) -> Response | tuple[str, int]:
    """Change a position."""
    position = load_position(position_id, Right.MANAGE)
    form = PositionForm(obj=position)
    if form.validate_on_submit():
        try:
            operations.edit_position(
                position,
                title=form.title.data,
                city=form.city.data,
                country=form.country.data,
                region=form.region.data,
                by=current_user,
            )
        except operations.PositionError as error:
            form.country.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for("positions.show", position_id=position.id))
    return render_template("positions/edit.html", form=form, position=position), 422 if form.is_submitted() else 200


@blueprint.post("/<position_id>/archive")
@_staff
def archive(position_id: str) -> Response:
    """Take a position out of choice."""
    position = load_position(position_id, Right.MANAGE)
    operations.archive(position, by=current_user)
    db.session.commit()
    flash(_("“%(title)s” is archived. Open links keep working.", title=position.title), "success")
    return redirect(url_for("positions.index"))


@blueprint.post("/<position_id>/restore")
@_staff
def restore(position_id: str) -> Response:
    """Bring a position back."""
    position = load_position(position_id, Right.MANAGE)
    operations.restore(position, by=current_user)
    db.session.commit()
    flash(_("“%(title)s” has been restored.", title=position.title), "success")
    return redirect(url_for("positions.show", position_id=position.id))
