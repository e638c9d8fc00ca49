"""A position's interviews as a file."""

from __future__ import annotations

from flask import Response, abort, current_app, request
from flask_login import current_user

from webapp.core.database import db
from webapp.core.security_log import record
from webapp.exports import position as tables
from webapp.exports.views.base import as_file, blueprint
from webapp.interviews.views.inbox import staff
from webapp.positions.models import Position
from webapp.positions.operations import positions_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/positions/<position_id>/interviews.<any(csv, xlsx, json):form>")
@staff
def position(position_id: str, form: str) -> Response:
    """Everybody who handed in, with the scorecards and decisions that the present user may see."""
    row = db.session.scalar(positions_of(current_user).where(Position.id == position_id)) or abort(404)
    people = tables.people_of(row, current_user._get_current_object())
    record("exported", position=row.id, form=form, by=current_user.id)
    if form == "csv":
        body, mimetype = tables.to_csv(people), "text/csv"
    elif form == "xlsx":
        body, mimetype = tables.to_xlsx(people, row.title), XLSX
    else:
        body, mimetype = current_app.json.dumps(tables.to_json(row, people), indent=1).encode(), "application/json"
    return as_file(body, mimetype, f"viva-position-{row.id[:8]}.{request.path.rpartition('.')[2]}")
