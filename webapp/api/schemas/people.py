"""People, teams and keys."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from webapp.accounts.models import Role, User
from webapp.api.fields import Choice, Id, Moment, Text, Yes, YesInQuery
from webapp.api.models import ApiKey
from webapp.api.paging import Paged
from webapp.api.scopes import Scope
from webapp.organisations.models import Membership, Team, TeamRole


class PersonOut(ma.Schema):
    """Somebody with an account."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = Choice(Role, required=True)
    active = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


_ROLES = [Role.RECRUITER.value, Role.ADMIN.value, Role.CANDIDATE.value]


class PersonIn(ma.Schema):
    """Somebody to add; they set a password by a link that they are sent."""

    name = Text(120, shortest=1, required=True)
    email = fields.Email(required=True, validate=validate.Length(max=254))
    role = fields.String(required=True, validate=validate.OneOf(_ROLES))


class PersonChange(ma.Schema):
    """Another role."""

    role = fields.String(required=True, validate=validate.OneOf(_ROLES))


class PeopleQuery(Paged):
    """Which people."""

    active = YesInQuery()
    role = Choice(Role)


class MemberOut(ma.Schema):
    """Somebody in a team."""

    person_id = fields.String(required=True)
    name = fields.String(required=True)
    role = Choice(TeamRole, required=True)


class TeamOut(ma.Schema):
    """People who hire together."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    own_only = fields.Boolean(required=True, metadata={"description": "Members see only what they created."})
    created_at = fields.DateTime(required=True)
    members = fields.List(fields.Nested(MemberOut), required=True)


class TeamIn(ma.Schema):
    """A new team."""

    name = Text(80, shortest=1, required=True)


class TeamChange(ma.Schema):
    """What is to change; what is left out stays."""

    name = Text(80, shortest=1)
    own_only = Yes()


class MemberIn(ma.Schema):
    """A role in a team."""

    role = Choice(TeamRole, required=True)


class KeyOut(ma.Schema):
    """An API key, without its secret."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    person_id = fields.String(required=True, metadata={"description": "For whom it acts."})
    begins_with = fields.String(required=True)
    scopes = fields.List(Choice(Scope), required=True)
    created_at = fields.DateTime(required=True)
    created_by_id = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)


class NewKeyOut(KeyOut):
    """An API key with its secret, which is shown this once; null where the request is repeated."""

    secret = fields.String(required=True, allow_none=True)


class KeyIn(ma.Schema):
    """A key to make."""

    title = Text(120, shortest=1, required=True)
    person_id = Id(metadata={"description": "For whom it acts; oneself where it is left out."})
    scopes = fields.List(Choice(Scope), required=True, validate=validate.Length(min=1, max=len(Scope)))
    expires_at = Moment(required=True)


class SelfOut(ma.Schema):
    """The key that asks, and for whom."""

    key = fields.Nested(KeyOut, required=True)
    person = fields.Nested(PersonOut, required=True)
    organisation_id = fields.String(required=True)


def person_shown(row: User) -> dict[str, Any]:
    """Somebody as they are answered."""
    return {name: getattr(row, name) for name in PersonOut._declared_fields}


def team_shown(row: Team) -> dict[str, Any]:
    """A team as it is answered."""
    names = (name for name in TeamOut._declared_fields if name != "members")
    members = sorted(row.members, key=lambda each: (each.user.name.casefold(), each.user_id))
    return {**{name: getattr(row, name) for name in names}, "members": [_member(each) for each in members]}


def _member(row: Membership) -> dict[str, Any]:
    return {"person_id": row.user_id, "name": row.user.name, "role": row.role}


def key_shown(row: ApiKey) -> dict[str, Any]:
    """A key as it is answered."""
    names = (name for name in KeyOut._declared_fields if name != "scopes")
    return {**{name: getattr(row, name) for name in names}, "scopes": [Scope(each) for each in row.scopes]}
