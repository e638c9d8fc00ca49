"""Switching the facts of a position on and off."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.integrity import operations
from webapp.interviews.views.inbox import staff
from webapp.positions.models import Position
from webapp.positions.operations import positions_of

blueprint = Blueprint("integrity", __name__)


@blueprint.post("/positions/<position_id>/integrity")
@staff
def switch(position_id: str) -> Response:
    """Note facts from now on (``on=yes``), or note no more."""
    position = db.session.scalar(positions_of(current_user).where(Position.id == position_id)) or abort(404)
    on = request.form.get("on") == "yes"
    operations.switch(position, on, by=current_user._get_current_object())
    db.session.commit()
    flash(
        _("Facts are noted of candidates who are told from now on.") if on else _("No facts are noted any more."),
        "success",
    )
    return redirect(url_for("positions.show", position_id=position.id))
