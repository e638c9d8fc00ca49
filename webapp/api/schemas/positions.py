"""Positions."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from marshmallow import fields, validate

from webapp.api.fields import Choice, Id, Text, Yes, YesInQuery
from webapp.api.paging import Paged
from webapp.policy.codes import country_of
from webapp.positions.models import Position, ReviewState
from webapp.positions.places import REGIONAL, countries


class StageOut(ma.Schema):
    """A stage of a position's own."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    state = Choice(ReviewState, required=True)


class PositionOut(ma.Schema):
    """A vacancy, at a place whose law decides what may be analysed."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    city = fields.String(required=True)
    country = fields.String(required=True, metadata={"description": "ISO 3166-1 alpha-2."})
    region = fields.String(required=True, metadata={"description": "ISO 3166-2, or empty."})
    team_id = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    archived_at = fields.DateTime(required=True, allow_none=True)
    four_eyes = fields.Boolean(required=True)
    blind_review = fields.Boolean(required=True)
    approver_ids = fields.List(fields.String(), required=True)
    stages = fields.List(fields.Nested(StageOut), required=True)


class _Placed(ma.Schema):
    @ma.validates_schema(skip_on_field_errors=True)
    def place(self, data: dict[str, Any], **_rest: Any) -> None:
        """Where the law differs from state to state, one must be named; and it must be in the country."""
        country, region = data.get("country"), data.get("region", "")
        if country is None:
            return
        if country in REGIONAL and not region:
            raise ma.ValidationError(_("Choose the state or province: each has laws of its own."), "region")
        if region and country_of(region) != country:
            raise ma.ValidationError(
                _("This is not in the country above. Choose another, or change the country."), "region"
            )


_COUNTRY = validate.OneOf([code for code, _name in countries()])


class PositionIn(_Placed):
    """A new position."""

    title = Text(160, shortest=1, required=True, metadata={"example": "Data engineer"})
    city = Text(120, shortest=1, required=True, metadata={"example": "Lyon"})
    country = fields.String(required=True, validate=_COUNTRY, metadata={"example": "FR"})
    region = Text(16, load_default="", metadata={"example": ""})
    team_id = Id(metadata={"description": "The first team in which the person may, where it is left out."})


class PositionChange(_Placed):
    """What is to change; what is left out stays."""

    title = Text(160, shortest=1)
    city = Text(120, shortest=1)
    country = fields.String(validate=_COUNTRY)
    region = Text(16)


class StageIn(ma.Schema):
    """A stage: with its id where it is there already."""

    id = Id()
    name = Text(60, shortest=1, required=True)
    state = Choice(ReviewState, required=True)


class Rules(ma.Schema):
    """How people decide at a position."""

    four_eyes = Yes(required=True)
    blind_review = Yes(required=True)
    approver_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=20))
    stages = fields.List(fields.Nested(StageIn), load_default=list, validate=validate.Length(max=12))


class PositionQuery(Paged):
    """Which positions."""

    archived = YesInQuery(metadata={"description": "Only those that are archived, or only those that are not."})
    team_id = Id()


def shown(row: Position) -> dict[str, Any]:
    """A position as it is answered."""
    return {
        **{name: getattr(row, name) for name in PositionOut._declared_fields if hasattr(row, name)},
        "approver_ids": [person.id for person in row.approvers],
    }
