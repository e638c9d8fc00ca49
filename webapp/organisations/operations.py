"""What can be done with organisations and teams. Nothing here commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from ml.core.messages import N_
from webapp.accounts.models import Organisation, Role, User
from webapp.accounts.operations import enrol
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.organisations.access import Right, forget_places, teams_with
from webapp.organisations.models import Membership, Team, TeamRole

#: What the first team of an organisation is called until somebody renames it.
FIRST_TEAM = N_("Hiring team")


class TeamError(ValueError):
    """This cannot be done with this team; the message is for a person."""


def create_organisation(name: str, *, admin_name: str, email: str, password: str) -> tuple[Organisation, User]:
    """Make an organisation with its first team and an admin, who owns the team.

    Raises TeamError without a name of either, and where somebody has the address.
    """
    if not name.strip() or not admin_name.strip():
        raise TeamError(_("Enter a name."))
    organisation = Organisation(name=name.strip()[:120])
    try:
        with db.session.begin_nested():
            db.session.add(organisation)
            db.session.flush()
            admin = User(
                email=email.strip().lower(), name=admin_name.strip()[:120], role=Role.ADMIN,
                organisation_id=organisation.id,
            )  # fmt: skip
            admin.set_password(password)
            enrol(admin)
            team = first_team(organisation.id)
            team.own_only = False
            put_in_team(team, admin, TeamRole.OWNER)
    except IntegrityError:
        raise TeamError(_("Somebody with this address is here already. Choose another address.")) from None
    record("organisation created", organisation=organisation.id, admin=admin.id)
    return organisation, admin


def rename_organisation(organisation: Organisation, name: str, *, by: User) -> None:
    """Give the organisation another name. Raises TeamError without one."""
    if not name.strip():
        raise TeamError(_("Enter a name."))
    organisation.name = name.strip()[:120]
    db.session.flush()
    current_app.logger.info("Organisation %s renamed by %s", organisation.id, by.id)


def first_team(organisation_id: str) -> Team:
    """The oldest team of an organisation; made where there is none."""
    query = sa.select(Team).where(Team.organisation_id == organisation_id).order_by(Team.created_at, Team.id)
    team = db.session.scalars(query.limit(1)).first()
    if team is None:
        team = Team(organisation_id=organisation_id, name=FIRST_TEAM, own_only=True)
        db.session.add(team)
        db.session.flush()
    return team


def default_team(user: User) -> Team:
    """The team for which ``user`` creates things unless they say otherwise. Raises TeamError where there is none."""
    if teams := teams_with(user, Right.MANAGE):
        return teams[0]
    if user.role is Role.ADMIN and user.organisation_id is not None:
        return first_team(user.organisation_id)
    raise TeamError(_("You are not a recruiter or an owner of any team. Ask an admin to add you to one."))


def create_team(name: str, *, by: User) -> Team:
    """Make a team with ``by`` as its owner. Raises TeamError where the name is taken, or there is none."""
    name = name.strip()
    if not name:
        raise TeamError(_("Enter a name."))
    team = Team(organisation_id=by.organisation_id, name=name[:80])
    team.members.append(Membership(user_id=by.id, role=TeamRole.OWNER))
    try:
        with db.session.begin_nested():
            db.session.add(team)
    except IntegrityError:
        raise TeamError(_("There is a team with this name already. Choose another name.")) from None
    forget_places()
    record("team created", team=team.id, by=by.id)
    return team


def change_team(team: Team, *, name: str, own_only: bool, by: User) -> None:
    """Rename a team, and say whether its members see only what they created. Raises TeamError for a taken name."""
    name = name.strip()
    if not name:
        raise TeamError(_("Enter a name."))
    try:
        with db.session.begin_nested():
            team.name, team.own_only = name[:80], own_only
    except IntegrityError:
        raise TeamError(_("There is a team with this name already. Choose another name.")) from None
    forget_places()
    record("team changed", team=team.id, own_only=int(own_only), by=by.id)


def put_in_team(team: Team, user: User, role: TeamRole, *, by: User | None = None) -> Membership:
    """Give ``user`` a role in ``team``, whether they are in it already or not.

    Raises TeamError for somebody of another organisation or without a right to work, and where the team would be left
    without an owner.
    """
    if user.organisation_id != team.organisation_id or not user.role.is_staff or not user.active:
        raise TeamError(_("Only people who work for this organisation can be in its teams."))
    member = db.session.get(Membership, (team.id, user.id))
    if member is None:
        member = Membership(team_id=team.id, user_id=user.id, role=role)
        db.session.add(member)
    elif member.role is not role:
        if member.role is TeamRole.OWNER:
            _check_another_owner(team, user)
        member.role = role
    db.session.flush()
    db.session.expire(team, ["members"])
    forget_places()
    record("team role given", team=team.id, person=user.id, role=role.value, by=by.id if by else None)
    return member


def take_out_of_team(team: Team, user: User, *, by: User | None) -> None:
    """End somebody's part in a team. Raises TeamError for its last owner, where members own anything at all."""
    member = db.session.get(Membership, (team.id, user.id))
    if member is None:
        return
    if member.role is TeamRole.OWNER:
        _check_another_owner(team, user)
    db.session.delete(member)
    db.session.flush()
    db.session.expire(team, ["members"])
    forget_places()
    record("team role ended", team=team.id, person=user.id, by=by.id if by else None)


def _check_another_owner(team: Team, user: User) -> None:
    others = sa.select(Membership.user_id).where(
        Membership.team_id == team.id, Membership.role == TeamRole.OWNER, Membership.user_id != user.id
    )
    if db.session.scalars(others.limit(1)).first() is None:
        raise TeamError(_("This is the team's last owner. Make someone else an owner first."))
