"""Switching the facts of a position on and off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.integrity import operations
from webapp.interviews.views.inbox import staff
from webapp.organisations.access import Right
from webapp.positions.access import load_position

blueprint = Blueprint("integrity", __name__)


@blueprint.post("/positions/<position_id>/integrity")
@staff
def switch(position_id: str) -> Response:
    """Note facts from now on (``on=yes``), or note no more."""
    position = load_position(position_id, Right.MANAGE)
    on = request.form.get("on") == "yes"
    operations.switch(position, on, by=current_user._get_current_object())
    db.session.commit()
    flash(
        _("Facts are noted of candidates who are told from now on.") if on else _("No facts are noted any more."),
        "success",
    )
    return redirect(url_for("positions.show", position_id=position.id))
