"""The inbox: who was invited, how far everybody is, and what is done with several of them at once."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role, User
from webapp.accounts.views.base import safe_target
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.interviews import bulk, saved_views
from webapp.interviews.filters import Filters, Status
from webapp.interviews.models import Outcome
from webapp.interviews.pipeline import STATE_NAMES
from webapp.interviews.saved_views import SavedViewError
from webapp.interviews.status import inbox
from webapp.organisations.access import Right, may_anywhere, teams_with
from webapp.positions.models import Position, ReviewState, Stage
from webapp.positions.operations import positions_of

blueprint = Blueprint("interviews", __name__)

staff = require_role(Role.RECRUITER, Role.ADMIN)


def _me() -> User:
    return current_user._get_current_object()


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
    """Interviews and invitations by status, stage, position, name and email address; what needs doing comes first."""
    me = _me()
    filters = Filters.read(request.args)
    positions = list(db.session.scalars(positions_of(me).order_by(Position.title, Position.id)))
    if filters.position not in {position.id for position in positions}:
        filters = filters.but(position=None)
    teams = teams_with(me, Right.VIEW)
    if filters.team not in {team.id for team in teams}:
        filters = filters.but(team=None)
    return render_template(
        "interviews/inbox.html",
        inbox=inbox(me, filters, page=request.args.get("page", 1, type=int)),
        filters=filters,
        positions=positions,
        teams=teams,
        stages=stages_of(filters.position),
        views=saved_views.views_of(me),
        Status=Status,
        states=STATE_NAMES,
        outcomes=Outcome,
        days=bulk.DAYS,
        may_invite=may_anywhere(me, Right.MANAGE),
        may_move=may_anywhere(me, Right.DECIDE),
    )


def stages_of(position_id: str | None) -> list[Stage]:
    """The own stages of a position that is filtered by; none for all positions together."""
    position = db.session.get(Position, position_id) if position_id else None
    return position.stages if position else []


@blueprint.post("/interviews/several")
@staff
def several() -> Response:
    """Do one thing to the candidates that were ticked: move, extend, revoke. Each that cannot says why."""
    me = _me()
    rows = bulk.chosen(me, request.form.getlist("id"))
    what = request.form.get("do", "")
    if not rows:
        flash(_("Tick the candidates first."), "warning")
    elif what.startswith("move-"):
        _say(bulk.move(rows, what.removeprefix("move-"), by=me))
    elif what in {f"extend-{days}" for days in bulk.DAYS}:
        _say(bulk.extend(rows, int(what.removeprefix("extend-")), by=me))
    elif what == "revoke":
        _say(bulk.revoke(rows, by=me))
    else:
        flash(_("Choose what to do with them."), "warning")
    db.session.commit()
    return redirect(safe_target(request.form.get("back")) or url_for("interviews.inbox"))


def _say(result: bulk.Result) -> None:
    if result.done:
        flash(ngettext("%(num)s candidate changed.", "%(num)s candidates changed.", result.done), "success")
    for name, why in result.refused[:10]:
        flash(_("%(name)s: %(why)s", name=name, why=why), "warning")
    if (more := len(result.refused) - 10) > 0:
        flash(ngettext("%(num)s more was left.", "%(num)s more were left.", more), "warning")


@blueprint.post("/interviews/views")
@staff
def save_view() -> Response:
    """Keep the present filters under a name."""
    filters = Filters.read(request.form)
    try:
        saved_views.save_view(_me(), request.form.get("name", ""), filters)
    except SavedViewError as refused:
        db.session.rollback()
        flash(str(refused), "warning")
    else:
        db.session.commit()
        flash(_("The view has been saved."), "success")
    return redirect(url_for("interviews.inbox", **filters.address()))


@blueprint.post("/interviews/views/<view_id>/delete")
@staff
def delete_view(view_id: str) -> Response:
    """Forget a view."""
    if not saved_views.delete_view(_me(), view_id):
        abort(404)
    db.session.commit()
    flash(_("The view has been deleted."), "success")
    return redirect(url_for("interviews.inbox"))


def state_name(state: ReviewState) -> str:
    """How far people have come, in words."""
    return str(STATE_NAMES[state])
