"""A position's page: its people, how far they are, what is to be done, and the way through the queue."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role, User
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.interviews import bulk, pipeline
from webapp.interviews.filters import Filters
from webapp.interviews.models import Interview
from webapp.interviews.pipeline import STATE_NAMES, PipelineError
from webapp.interviews.status import inbox
from webapp.organisations.access import Right, teams_with
from webapp.organisations.models import Membership
from webapp.positions import operations as positions
from webapp.positions.access import has_right, load_position
from webapp.positions.models import ReviewState
from webapp.positions.operations import PositionError
from webapp.positions.places import law_of, rules
from webapp.reviews import queue
from webapp.reviews.views.scorecard import blueprint

staff = require_role(Role.RECRUITER, Role.ADMIN)


def _me() -> User:
    return current_user._get_current_object()


@staff
def show(position_id: str) -> str:
    """One position: tasks, progress, people, and below them its place and what the law allows there."""
    position = load_position(position_id)
    me = _me()
    filters = Filters.read(request.args).but(position=position.id)
    return render_template(
        "reviews/position.html",
        position=position,
        rules=rules(position.place),
        law=law_of(position.place),
        tasks=queue.tasks_of(me, position),
        progress=queue.progress_of(me, position),
        inbox=inbox(me, filters, page=request.args.get("page", 1, type=int)),
        filters=filters,
        states=STATE_NAMES,
        days=bulk.DAYS,
        manages=has_right(me, position, Right.MANAGE),
        may_move=has_right(me, position, Right.DECIDE),
        may_share=has_right(me, position, Right.SHARE),
    )


@blueprint.get("/next")
@staff
def next_anywhere() -> Response:
    """The interview that waits longest for one's own scorecard, at any position."""
    return _go(None)


@blueprint.get("/positions/<position_id>/next")
@staff
def next_here(position_id: str) -> Response:
    """The same at one position. ``?after=ID``: the one behind that in the queue."""
    return _go(load_position(position_id).id)


def _go(position_id: str | None) -> Response:
    after = db.session.get(Interview, request.args.get("after", ""))
    found = queue.next_for(_me(), position_id, after)
    if found is not None:
        return redirect(url_for("workspace.answer", interview_id=found.id, number=1))
    flash(_("Nothing waits for your scorecard here."), "info")
    if position_id is not None:
        return redirect(url_for("positions.show", position_id=position_id))
    return redirect(url_for("interviews.inbox"))


@blueprint.get("/positions/<position_id>/settings")
@staff
def settings(position_id: str) -> str:
    """How people decide at a position: its stages, who approves, whether reviews are blind, and whose it is."""
    position = load_position(position_id, Right.MANAGE)
    return render_template(
        "reviews/position_settings.html",
        position=position,
        people=deciders(position.team_id),
        teams=teams_with(_me(), Right.MANAGE),
        states=STATE_NAMES,
        most=pipeline.MOST_STAGES,
    )


def deciders(team_id: str) -> list[User]:
    """The people of a team who may approve decisions."""
    members = sa.select(User).join(Membership, Membership.user_id == User.id).where(
        Membership.team_id == team_id, User.active, Membership.role.in_(("owner", "recruiter", "hiring_manager"))
    )  # fmt: skip
    return list(db.session.scalars(members.order_by(sa.func.lower(User.name), User.id)))


@blueprint.post("/positions/<position_id>/settings")
@staff
def save_settings(position_id: str) -> Response:
    """Keep all of them, or none."""
    position = load_position(position_id, Right.MANAGE)
    people = {person.id: person for person in deciders(position.team_id)}
    chosen = [people[user_id] for user_id in request.form.getlist("approver") if user_id in people]
    rows = list(zip(*(request.form.getlist(f"stage-{name}") for name in ("id", "name", "state")), strict=False))
    try:
        pipeline.set_stages(position, [(stage_id or None, name, _state(state)) for stage_id, name, state in rows])
        positions.set_rules(
            position,
            four_eyes="four_eyes" in request.form,
            blind_review="blind_review" in request.form,
            approvers=chosen,
            by=_me(),
        )
        team = next((team for team in teams_with(_me(), Right.MANAGE) if team.id == request.form.get("team")), None)
        if team is not None:
            positions.give_to_team(position, team, by=_me())
    except (PipelineError, PositionError) as refused:
        db.session.rollback()
        flash(str(refused), "error")
    else:
        db.session.commit()
        flash(_("Saved."), "success")
    return redirect(url_for("reviews.settings", position_id=position_id))


def _state(value: str) -> ReviewState:
    try:
        return ReviewState(value)
    except ValueError:
        abort(400)
