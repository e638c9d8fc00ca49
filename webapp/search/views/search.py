"""The page of results."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from webapp.core.database import db
from webapp.interviews.views.inbox import staff
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.search.find import search
from webapp.search.passages import Passage, as_html
from webapp.search.query import LONGEST

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@staff
def results() -> str:
    """Candidates by name, and by what they said and wrote, with the words around and the moment to jump to."""
    text = request.args.get("q", "")[:LONGEST]
    positions = list(db.session.scalars(positions_of(current_user).order_by(Position.title, Position.id)))
    position_id = request.args.get("position") or None
    if position_id not in {position.id for position in positions}:
        position_id = None
    found = search(current_user, text, position_id=position_id, page=request.args.get("page", 1, type=int))
    return render_template(
        "search/results.html",
        found=found,
        text=text,
        positions=positions,
        position_id=position_id,
        place_of=place_of,
        pieces_of=as_html,
        longest=LONGEST,
    )


def place_of(passage: Passage) -> str:
    """The address of a passage: its answer, and the moment (s) at which its player begins."""
    return url_for(
        "workspace.answer",
        interview_id=passage.answer.interview_id,
        number=passage.answer.question.position,
        _anchor=None if passage.seconds is None else f"t={passage.seconds:.1f}",
    )
