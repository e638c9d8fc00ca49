"""Choosing whom to compare, and the comparison."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask_login import current_user

from webapp.comparison.side_by_side import FEWEST_RATED, MOST, ComparisonError, compare
from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.interviews.views.inbox import staff
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.reviews.access import is_identity_hidden
from webapp.workspace import timeline

blueprint = Blueprint("comparison", __name__, url_prefix="/compare")

#: So many are offered to choose from, the newest first.
MOST_OFFERED = 200


@blueprint.get("/position/<position_id>")
@staff
def choose(position_id: str) -> str:
    """Everybody of a position who has handed in, to choose two to four of."""
    return _choice(position_id, None)


def _choice(position_id: str, problem: str | None) -> str:
    position = db.session.scalar(positions_of(current_user).where(Position.id == position_id)) or abort(404)
    query = interviews_of(current_user).where(
        Interview.position_id == position_id, Interview.state == InterviewState.SUBMITTED
    )
    interviews = db.session.scalars(query.order_by(Interview.submitted_at.desc()).limit(MOST_OFFERED)).all()
    return render_template(
        "comparison/choose.html",
        position=position,
        interviews=interviews,
        chosen=request.args.getlist("interview"),
        nameless=[each.id for each in interviews if is_identity_hidden(current_user, each)],
        problem=problem,
        most=MOST,
    )


@blueprint.get("")
@staff
def show() -> Response | tuple[str, int]:
    """Two to four people beside each other (``?interview=ID`` for each).

    ``names=hidden`` shows letters; ``media=hidden`` shows words and no recording; ``analyses=N`` also what programs
    read in the answers to question N, and to a script nothing but that.
    """
    names, media = request.args.get("names") != "hidden", request.args.get("media") != "hidden"
    ids, analysed = request.args.getlist("interview"), request.args.get("analyses", type=int)
    try:
        found = compare(current_user._get_current_object(), ids, names=names, analysed=analysed)
    except LookupError:
        abort(404)
    except ComparisonError as refused:
        position_id = request.args.get("position") or _position_of(ids)
        return (_choice(position_id, str(refused)) if position_id else abort(404)), 422
    if analysed is not None and "X-Fragment" in request.headers:
        row = found.rows[analysed - 1] if 1 <= analysed <= len(found.rows) else abort(404)
        part = render_template(
            "comparison/_analyses.html", comparison=found, row=row, number=analysed, path_of=timeline.path_of
        )
        return Response(part, headers={"Vary": "X-Fragment"})
    page = render_template(
        "comparison/show.html",
        comparison=found,
        analysed=analysed,
        names=names,
        media=media,
        ids=ids,
        fewest_rated=FEWEST_RATED,
        path_of=timeline.path_of,
    )
    return Response(page, headers={"Vary": "X-Fragment"})


def _position_of(ids: list[str]) -> str | None:
    found = db.session.scalars(interviews_of(current_user).where(Interview.id.in_(ids[:MOST]))).first()
    return found.position_id if found else None
