"""Positions."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext as _

from webapp.api.framework import me, operation
from webapp.api.paging import page, page_of
from webapp.api.schemas.positions import PositionChange, PositionIn, PositionOut, PositionQuery, Rules, shown
from webapp.api.scopes import Scope
from webapp.exports.views.position import position as export_position
from webapp.interviews import pipeline
from webapp.organisations.access import Right, teams_with
from webapp.positions import operations
from webapp.positions.access import load_position
from webapp.positions.models import Position
from webapp.reviews.views.position import deciders

TAG = "Positions"
READ, WRITE = Scope.POSITIONS_READ, Scope.POSITIONS_WRITE


@operation("GET", "/positions", TAG, scope=READ, query=PositionQuery, answers=page_of(PositionOut))
def list_positions(query: dict[str, Any]) -> Any:
    """List positions"""
    found = operations.positions_of(me())
    if "archived" in query:
        found = found.where(Position.archived_at.is_not(None) if query["archived"] else Position.archived_at.is_(None))
    if "team_id" in query:
        found = found.where(Position.team_id == query["team_id"])
    return page(found, Position.created_at, Position.id, query, lambda rows: [shown(row) for row in rows])


@operation("POST", "/positions", TAG, scope=WRITE, body=PositionIn, answers=PositionOut, show=shown, status=201)
def create_position(body: dict[str, Any]) -> Position:
    """Create a position"""
    team_id = body.pop("team_id", None)
    team = next((each for each in teams_with(me(), Right.MANAGE) if each.id == team_id), None)
    if team_id is not None and team is None:
        abort(422, _("There is no such team in which this person may create positions."))
    return operations.create_position(**body, team=team, by=me())


@operation("GET", "/positions/<id:position_id>", TAG, scope=READ, answers=PositionOut, show=shown)
def get_position(position_id: str) -> Position:
    """Read a position"""
    return load_position(position_id)


@operation(
    "PATCH", "/positions/<id:position_id>", TAG, scope=WRITE, body=PositionChange, answers=PositionOut, show=shown
)
def change_position(body: dict[str, Any], position_id: str) -> Position:
    """Change a position

    Another place is refused once somebody was invited."""
    row = load_position(position_id, Right.MANAGE)
    values = {name: getattr(row, name) for name in ("title", "city", "country")}
    operations.edit_position(row, **{**values, **body}, by=me())
    return row


@operation("POST", "/positions/<id:position_id>/archive", TAG, scope=WRITE, answers=PositionOut, show=shown)
def archive_position(position_id: str) -> Position:
    """Archive a position

    Open invitations go on working."""
    row = load_position(position_id, Right.MANAGE)
    operations.archive(row, by=me())
    return row


@operation("POST", "/positions/<id:position_id>/restore", TAG, scope=WRITE, answers=PositionOut, show=shown)
def restore_position(position_id: str) -> Position:
    """Restore an archived position"""
    row = load_position(position_id, Right.MANAGE)
    operations.restore(row, by=me())
    return row


@operation("PUT", "/positions/<id:position_id>/rules", TAG, scope=WRITE, body=Rules, answers=PositionOut, show=shown)
def set_position_rules(body: dict[str, Any], position_id: str) -> Position:
    """Set how people decide at a position

    A second person, blind review, approvers and the position's own stages. Stages that are left out go; their
    candidates stay in the state of the stage."""
    row = load_position(position_id, Right.MANAGE)
    people = {person.id: person for person in deciders(row.team_id)}
    if missing := set(body["approver_ids"]) - set(people):
        abort(422, _("%(count)s of the approvers may not decide in this team.", count=len(missing)))
    pipeline.set_stages(row, [(each.get("id"), each["name"], each["state"]) for each in body["stages"]])
    approvers = [people[each] for each in dict.fromkeys(body["approver_ids"])]
    operations.set_rules(
        row, four_eyes=body["four_eyes"], blind_review=body["blind_review"], approvers=approvers, by=me()
    )
    return row


def _export(form: str, position_id: str) -> Response:
    return export_position(position_id=position_id, form=form)


@operation(
    "GET", "/positions/<id:position_id>/interviews.csv", "Exports", scope=Scope.EXPORTS_READ,
    content={200: ("text/csv",)},
)  # fmt: skip
def export_position_csv(position_id: str) -> Response:
    """Export a position's interviews as CSV

    With the scorecards and decisions that the key's person may see."""
    return _export("csv", position_id)


@operation(
    "GET", "/positions/<id:position_id>/interviews.json", "Exports", scope=Scope.EXPORTS_READ,
    content={200: ("application/json",)},
)  # fmt: skip
def export_position_json(position_id: str) -> Response:
    """Export a position's interviews as JSON"""
    return _export("json", position_id)
