"""The inbox: who was invited, and how far everybody is."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.interviews.status import Status, inbox
from webapp.positions.models import Position
from webapp.positions.operations import positions_of

blueprint = Blueprint("interviews", __name__)

staff = require_role(Role.RECRUITER, Role.ADMIN)


@blueprint.before_request
def rename_job() -> Response | None:
    """Bookmarks from when a position was called a job go on working: ?job= leads to ?position= (308)."""
    if request.endpoint is None or request.method != "GET" or "job" not in request.args:
        return None
    values = {**request.args, **(request.view_args or {})}
    return redirect(
        url_for(request.endpoint, **{"position" if name == "job" else name: values[name] for name in values}), 308
    )


@blueprint.get("/interviews", endpoint="inbox")
@staff
def show_inbox() -> str:
    """Interviews and invitations by status, position, name and email address; what needs doing comes first."""
    try:
        status = Status(request.args.get("status", ""))
    except ValueError:
        status = None
    positions = list(db.session.scalars(positions_of(current_user).order_by(Position.title, Position.id)))
    position_id = request.args.get("position") or None
    if position_id not in {position.id for position in positions}:
        position_id = None
    search = request.args.get("q", "")[:120]
    found = inbox(
        current_user, position_id=position_id, status=status, search=search, page=request.args.get("page", 1, type=int)
    )
    return render_template(
        "interviews/inbox.html",
        inbox=found,
        positions=positions,
        position_id=position_id,
        status=status,
        search=search,
        Status=Status,
    )
