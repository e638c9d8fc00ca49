"""Teams: which there are, who is in them and with which role."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from webapp.accounts.models import Organisation, Role, User
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.organisations import operations
from webapp.organisations.access import Right, may, teams_with
from webapp.organisations.forms import MemberForm, TeamForm
from webapp.organisations.models import Membership, Team, TeamRole
from webapp.organisations.operations import TeamError

blueprint = Blueprint("organisations", __name__, url_prefix="/teams")

_staff = require_role(Role.RECRUITER, Role.ADMIN)


def load_team(team_id: str, right: Right = Right.VIEW) -> Team:
    """The team, if the present user has ``right`` in it: 404 where they are not in it, else 403."""
    team = db.session.get(Team, team_id)
    if team is None or not _may(team, Right.VIEW):
        abort(404)
    if not _may(team, right):
        abort(403)
    return team


def _may(team: Team, right: Right) -> bool:
    me = current_user._get_current_object()
    return may(me, right, organisation_id=team.organisation_id, team_id=team.id, created_by_id=me.id)


@blueprint.get("/")
@_staff
def index() -> str:
    """The teams that one is in; for an admin all of the organisation's."""
    me = current_user._get_current_object()
    teams = teams_with(me, Right.VIEW)
    members = sa.select(Membership).where(Membership.team_id.in_([team.id for team in teams]))
    rows = db.session.scalars(members.options(selectinload(Membership.user))).all()
    return render_template(
        "organisations/index.html",
        teams=teams,
        members={team.id: [row for row in rows if row.team_id == team.id] for team in teams},
        organisation=db.session.get(Organisation, me.organisation_id) if me.organisation_id else None,
        form=TeamForm(),
    )


@blueprint.post("/new")
@require_role(Role.ADMIN)
def new() -> Response:
    """Make a team."""
    return _do(lambda: operations.create_team(request.form.get("name", ""), by=current_user), _("Team created."))


def _do(verb, done: str, to: str | None = None) -> Response:
    """Do what was asked and say so, or say why not; then back to the page."""
    try:
        verb()
    except TeamError as refused:
        db.session.rollback()
        flash(str(refused), "error")
    else:
        db.session.commit()
        flash(done, "success")
    return redirect(to or url_for("organisations.index"))


def _page(team: Team) -> str:
    return url_for("organisations.show", team_id=team.id)


@blueprint.get("/<team_id>")
@_staff
def show(team_id: str) -> str:
    """One team: its members and, for its owners, what can be changed."""
    team = load_team(team_id)
    members = db.session.scalars(
        sa.select(Membership).where(Membership.team_id == team.id).join(Membership.user)
        .order_by(sa.func.lower(User.name), User.id).options(selectinload(Membership.user))
    ).all()  # fmt: skip
    owns = _may(team, Right.OWN)
    inside = {member.user_id for member in members}
    others = [person for person in _people() if person.id not in inside] if owns else []
    return render_template(
        "organisations/team.html",
        team=team,
        members=members,
        owns=owns,
        form=TeamForm(obj=team),
        member_form=MemberForm(people=others, role=TeamRole.REVIEWER.value),
        roles=TeamRole,
    )


def _people() -> list[User]:
    """Everybody who works for the organisation."""
    query = sa.select(User).where(
        User.organisation_id == current_user.organisation_id,
        User.role.in_((Role.RECRUITER, Role.ADMIN)),
        User.active,
    )
    return list(db.session.scalars(query.order_by(sa.func.lower(User.name), User.id)))


@blueprint.post("/<team_id>")
@_staff
def change(team_id: str) -> Response:
    """Rename the team, and say what its members see."""
    team = load_team(team_id, Right.OWN)
    form = TeamForm()
    return _do(
        lambda: operations.change_team(team, name=form.name.data or "", own_only=form.own_only.data, by=current_user),
        _("Saved."),
        _page(team),
    )


@blueprint.post("/<team_id>/members")
@_staff
def put_in(team_id: str) -> Response:
    """Put somebody into the team, or give a member another role."""
    team = load_team(team_id, Right.OWN)
    form = MemberForm(people=_people())
    if not form.validate():
        flash(_("Choose a person and a role."), "error")
        return redirect(_page(team))
    person = form.chosen
    return _do(
        lambda: operations.put_in_team(team, person, TeamRole(form.role.data), by=current_user),
        _("%(name)s is in the team.", name=person.name),
        _page(team),
    )


@blueprint.post("/<team_id>/members/<person_id>/remove")
@_staff
def take_out(team_id: str, person_id: str) -> Response:
    """End somebody's part in the team."""
    team = load_team(team_id, Right.OWN)
    person = db.session.get(User, person_id) or abort(404)
    return _do(
        lambda: operations.take_out_of_team(team, person, by=current_user),
        _("%(name)s is no longer in the team.", name=person.name),
        _page(team),
    )
