"""People, teams and keys."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa
from flask import abort, g

from webapp.accounts import operations as accounts
from webapp.accounts.models import Role, User
from webapp.api import operations as api_keys
from webapp.api.framework import me, operation
from webapp.api.identify import present_key
from webapp.api.models import ApiKey
from webapp.api.paging import page, page_of, whole
from webapp.api.schemas.people import (
    KeyIn,
    KeyOut,
    MemberIn,
    NewKeyOut,
    PeopleQuery,
    PersonChange,
    PersonIn,
    PersonOut,
    SelfOut,
    TeamChange,
    TeamIn,
    TeamOut,
    key_shown,
    person_shown,
    team_shown,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.organisations import operations as teams
from webapp.organisations.access import Right, teams_with
from webapp.organisations.models import Team
from webapp.organisations.views.teams import load_team

READ, WRITE = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
PERSON: Any = {"answers": PersonOut, "show": person_shown}
TEAM: Any = {"answers": TeamOut, "show": team_shown}
ADMIN: Any = {"role": Role.ADMIN}


@operation("GET", "/me", "Keys", scope=None, answers=SelfOut)
def get_self() -> Any:
    """Read what the key may do, and for whom"""
    key = cast(ApiKey, present_key())
    return {"key": key_shown(key), "person": person_shown(me()), "organisation_id": key.organisation_id}


def _person(person_id: str) -> User:
    row = db.session.get(User, person_id)
    if row is None or row.organisation_id != me().organisation_id or row.role is Role.GUEST:
        abort(404)
    return row


@operation("GET", "/people", "People", scope=READ, query=PeopleQuery, answers=page_of(PersonOut), **ADMIN)
def list_people(query: dict[str, Any]) -> Any:
    """List everybody with an account"""
    found = sa.select(User).where(User.role != Role.GUEST)
    for name in ("active", "role"):
        if name in query:
            found = found.where(getattr(User, name) == query[name])
    return page(found, User.created_at, User.id, query, lambda rows: [person_shown(row) for row in rows])


@operation("POST", "/people", "People", scope=WRITE, body=PersonIn, status=201, **PERSON, **ADMIN)
def add_person(body: dict[str, Any]) -> User:
    """Add somebody"""
    return accounts.add_person(name=body["name"], email=body["email"], role=Role(body["role"]), by=me())


@operation("GET", "/people/<id:person_id>", "People", scope=READ, **PERSON, **ADMIN)
def get_person(person_id: str) -> User:
    """Read an account"""
    return _person(person_id)


@operation("PATCH", "/people/<id:person_id>", "People", scope=WRITE, body=PersonChange, **PERSON, **ADMIN)
def change_person(body: dict[str, Any], person_id: str) -> User:
    """Give somebody another role"""
    row = _person(person_id)
    accounts.change_role(row, Role(body["role"]), by=me())
    record("role changed", person=row.id, role=row.role.value)
    return row


@operation("POST", "/people/<id:person_id>/deactivate", "People", scope=WRITE, **PERSON, **ADMIN)
def deactivate_person(person_id: str) -> User:
    """End somebody's access at once"""
    row = _person(person_id)
    accounts.deactivate(row, by=me())
    record("deactivated", person=row.id)
    return row


@operation("POST", "/people/<id:person_id>/reactivate", "People", scope=WRITE, **PERSON, **ADMIN)
def reactivate_person(person_id: str) -> User:
    """Let somebody in again"""
    row = _person(person_id)
    accounts.reactivate(row, by=me())
    record("reactivated", person=row.id)
    return row


@operation("GET", "/teams", "Teams", scope=READ, answers=page_of(TeamOut))
def list_teams() -> Any:
    """List the teams that one is in, by name; for an admin all of the organisation's"""
    return whole([team_shown(row) for row in teams_with(me(), Right.VIEW)])


@operation("POST", "/teams", "Teams", scope=WRITE, body=TeamIn, status=201, **TEAM, **ADMIN)
def create_team(body: dict[str, Any]) -> Team:
    """Create a team"""
    return teams.create_team(body["name"], by=me())


@operation("GET", "/teams/<id:team_id>", "Teams", scope=READ, **TEAM)
def get_team(team_id: str) -> Team:
    """Read a team with its members"""
    return load_team(team_id)


@operation("PATCH", "/teams/<id:team_id>", "Teams", scope=WRITE, body=TeamChange, **TEAM)
def change_team(body: dict[str, Any], team_id: str) -> Team:
    """Rename a team, or say what its members see"""
    row = load_team(team_id, Right.OWN)
    teams.change_team(row, **{"name": row.name, "own_only": row.own_only, **body}, by=me())
    return row


@operation("PUT", "/teams/<id:team_id>/members/<id:person_id>", "Teams", scope=WRITE, body=MemberIn, **TEAM)
def put_in_team(body: dict[str, Any], team_id: str, person_id: str) -> Team:
    """Put somebody into a team, or give a member another role"""
    row = load_team(team_id, Right.OWN)
    teams.put_in_team(row, _person(person_id), body["role"], by=me())
    return row


@operation("DELETE", "/teams/<id:team_id>/members/<id:person_id>", "Teams", scope=WRITE, status=204)
def take_out_of_team(team_id: str, person_id: str) -> None:
    """Take somebody out of a team"""
    teams.take_out_of_team(load_team(team_id, Right.OWN), _person(person_id), by=me())


@operation("GET", "/keys", "Keys", scope=Scope.KEYS_READ, answers=page_of(KeyOut), **ADMIN)
def list_keys() -> Any:
    """List the organisation's keys, the newest first"""
    rows = db.session.scalars(api_keys.keys().order_by(ApiKey.created_at.desc(), ApiKey.id))
    return whole([key_shown(row) for row in rows])


def _new_shown(row: ApiKey) -> dict[str, Any]:
    return {**key_shown(row), "secret": g.pop("new_secret", None)}


@operation(
    "POST", "/keys", "Keys", scope=Scope.KEYS_WRITE, body=KeyIn, answers=NewKeyOut, show=_new_shown, status=201, **ADMIN
)
def create_key(body: dict[str, Any]) -> ApiKey:
    """Make a key, with no more scopes than the key that asks

    Its secret is in the answer and nowhere else."""
    key = cast(ApiKey, present_key())
    if not {each.value for each in body["scopes"]} <= set(key.scopes):
        abort(403)
    person = _person(body.pop("person_id", me().id))
    row, g.new_secret = api_keys.make_key(**body, person=person, by=me())
    return row


@operation("DELETE", "/keys/<id:key_id>", "Keys", scope=Scope.KEYS_WRITE, status=204, **ADMIN)
def revoke_key(key_id: str) -> None:
    """Revoke a key"""
    row = db.session.scalar(api_keys.keys().where(ApiKey.id == key_id)) or abort(404)
    api_keys.revoke_key(row, by=me())
