"""What a directory does with the teams of its organisation, which are its groups. Nothing here commits.

Whom the directory puts into a team is a recruiter there; an admin may change the role, and the directory leaves it
as it is. A team is never deleted, for it has positions: from a group that the directory deletes everybody but a last
owner leaves, and the directory sees it no longer.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from scim2_models import (
    ForbiddenException,
    InvalidValueException,
    Meta,
    NotFoundException,
    Reference,
    UniquenessException,
)
from sqlalchemy.exc import IntegrityError

from webapp.accounts.models import Role, User
from webapp.core.database import db, now
from webapp.core.hosts import base_url
from webapp.core.one_line import is_one_line
from webapp.core.security_log import record
from webapp.identity import scim_user
from webapp.identity.models import DirectoryGroup
from webapp.identity.scim_user import Group, Member
from webapp.organisations.access import forget_places
from webapp.organisations.models import Membership, Team, TeamRole
from webapp.organisations.operations import TeamError, take_out_of_team

_STAFF = [Role.RECRUITER, Role.ADMIN]


def all_of(organisation_id: str) -> list[Group]:
    """The teams of an organisation, without those whom its directory deleted."""
    return [_seen(team, row) for team, row in db.session.execute(_rows(organisation_id).order_by(Team.created_at))]


def one(organisation_id: str, team_id: str) -> Group:
    """One of them. Raises NotFoundException."""
    return _seen(*_row(organisation_id, team_id))


def _rows(organisation_id: str) -> sa.Select[Team, DirectoryGroup]:
    return (
        sa.select(Team, DirectoryGroup)
        .outerjoin(DirectoryGroup, DirectoryGroup.team_id == Team.id)
        .where(Team.organisation_id == organisation_id, DirectoryGroup.removed_at.is_(None))
    )


def _row(organisation_id: str, team_id: str) -> tuple[Team, DirectoryGroup | None]:
    found = db.session.execute(_rows(organisation_id).where(Team.id == team_id)).first()
    if found is None:
        raise NotFoundException(detail=_("There is no such group."))
    return found[0], found[1]


def _people(team: Team) -> list[User]:
    query = sa.select(User).join(Membership, Membership.user_id == User.id).where(Membership.team_id == team.id)
    return list(db.session.scalars(query.order_by(Membership.created_at, User.id)))


def _seen(team: Team, row: DirectoryGroup | None) -> Group:
    seen = Group(
        id=team.id,
        external_id=row.external_id if row else None,
        display_name=team.name,
        members=[_member(user) for user in _people(team)] or None,
    )
    changed = row.changed_at if row else team.created_at
    where = f"{base_url()}/scim/v2/Groups/{team.id}"
    seen.meta = Meta(resource_type="Group", created=team.created_at, last_modified=changed, location=where)
    return seen


def _member(user: User) -> Member:
    return Member(value=user.id, ref=Reference[scim_user.User](f"{base_url()}/scim/v2/Users/{user.id}"))


def create(organisation_id: str, sent: Group) -> Group:
    """Make a team, or bring back one that the directory deleted before. Raises UniquenessException where there is a
    team of this name: a directory finds it by its displayName, and changes it. Raises InvalidValueException."""
    name = _name(sent)
    team = db.session.scalar(sa.select(Team).filter_by(organisation_id=organisation_id, name=name))
    row = db.session.get(DirectoryGroup, team.id) if team is not None else None
    if team is not None and (row is None or row.removed_at is None):
        raise UniquenessException(detail=_("There is a team with this name already. Choose another name."))
    if team is None:
        team = Team(organisation_id=organisation_id, name=name)
        db.session.add(team)
        _flushed()
        record("team created", team=team.id, by=None)
    return _written(organisation_id, team, row, sent)


def change(organisation_id: str, team_id: str, wanted: Group) -> Group:
    """Make a team as ``wanted``. Raises NotFoundException, UniquenessException, InvalidValueException and, for a last
    owner, ForbiddenException."""
    team, row = _row(organisation_id, team_id)
    return _written(organisation_id, team, row, wanted)


def remove(organisation_id: str, team_id: str) -> None:
    """Have everybody but a last owner leave a team, and the directory forget it. Raises NotFoundException."""
    team, row = _row(organisation_id, team_id)
    for user in _people(team):
        try:
            take_out_of_team(team, user, by=None)
        except TeamError:
            continue  # the positions still need somebody
    row = row or DirectoryGroup(team_id=team.id, organisation_id=organisation_id)
    row.removed_at = row.changed_at = now()
    db.session.add(row)
    db.session.flush()
    record("team left by directory", team=team.id)


def _written(organisation_id: str, team: Team, row: DirectoryGroup | None, wanted: Group) -> Group:
    team.name = _name(wanted)
    _set_members(organisation_id, team, {each.value or "" for each in wanted.members or []})
    row = row or DirectoryGroup(team_id=team.id, organisation_id=organisation_id)
    if len(wanted.external_id or "") > 255:
        raise InvalidValueException(detail=_("This is longer than anybody's name."))
    row.external_id, row.changed_at, row.removed_at = wanted.external_id, now(), None
    db.session.add(row)
    _flushed()
    record("team kept by directory", team=team.id)
    return _seen(team, row)


def _set_members(organisation_id: str, team: Team, wanted: set[str]) -> None:
    """Let exactly these people be in a team; whoever is there keeps the role. Raises InvalidValueException for somebody
    of another organisation, and ForbiddenException for a last owner."""
    query = sa.select(User).where(User.id.in_(wanted), User.organisation_id == organisation_id, User.role.in_(_STAFF))
    people = {user.id: user for user in db.session.scalars(query)}
    if wanted - people.keys():
        raise InvalidValueException(detail=_("A member is no user of this directory."))
    there = {user.id: user for user in _people(team)}
    for user_id in wanted - there.keys():  # those who are deactivated too: they are in it once they are back
        db.session.add(Membership(team_id=team.id, user_id=user_id, role=TeamRole.RECRUITER))
        record("team role given", team=team.id, person=user_id, role=TeamRole.RECRUITER.value, by=None)
    db.session.flush()
    try:
        for user_id in there.keys() - wanted:
            take_out_of_team(team, there[user_id], by=None)
    except TeamError as error:
        raise ForbiddenException(detail=str(error)) from None
    db.session.expire(team, ["members"])
    forget_places()


def _flushed() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise UniquenessException(detail=_("There is a team with this name already. Choose another name.")) from None


def _name(sent: Group) -> str:
    found = (sent.display_name or "").strip()
    if not found or not is_one_line(found) or len(found) > 80:
        raise InvalidValueException(detail=_("A team's name is one line of at most 80 characters."))
    return found
