"""The interviewer's page beside a call: questions, scoring guide and private notes; and the way to the scorecard."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.live import guide as operations
from webapp.live.models import Room
from webapp.live.operations import RoomError
from webapp.live.views.call import blueprint
from webapp.questions.models import QuestionSet, SetState
from webapp.questions.operations import visible_to


def _me() -> User:
    return current_user._get_current_object()


def _load(room_id: str) -> Room:
    room = db.session.get(Room, room_id)
    if room is None or not operations.may_use(current_user, room):
        abort(404)
    return room


def _sets() -> list[QuestionSet]:
    published = visible_to(_me()).where(QuestionSet.state == SetState.PUBLISHED)
    return list(db.session.scalars(published.order_by(sa.func.lower(QuestionSet.title), QuestionSet.version.desc())))


@blueprint.get("/rooms/<room_id>/guide")
@login_required
def guide(room_id: str) -> str:
    """The questions of the call with their scoring guide, and one's own notes."""
    room = _load(room_id)
    return render_template(
        "live/guide.html",
        room=room,
        guide=operations.guide_of(room),
        sets=_sets(),
        notes=operations.notes_of(room, _me()),
        longest=operations.LONGEST_NOTE,
    )


def _do(room_id: str, verb) -> Response:
    try:
        verb()
    except RoomError as refused:
        db.session.rollback()
        flash(refused.message, "warning")
    else:
        db.session.commit()
    return redirect(url_for("live.guide", room_id=room_id))


@blueprint.post("/rooms/<room_id>/guide/questions")
@login_required
def choose_questions(room_id: str) -> Response:
    """Say what is asked in this call."""
    room = _load(room_id)
    chosen = next((each for each in _sets() if each.id == request.form.get("question_set")), None) or abort(404)
    return _do(room_id, lambda: operations.choose(room, chosen))


@blueprint.post("/rooms/<room_id>/guide/notes")
@login_required
def write_note(room_id: str) -> Response:
    """Keep a note."""
    room = _load(room_id)
    text, question_id = request.form.get("text", ""), request.form.get("question") or None
    return _do(room_id, lambda: operations.write(room, _me(), text, question_id))


@blueprint.post("/rooms/<room_id>/score")
@login_required
def score(room_id: str) -> Response:
    """Go to one's own scorecard of the call; it is in the position's queue from then on."""
    room = _load(room_id)
    try:
        interview = operations.scored_interview(room, by=_me())
    except RoomError as refused:
        db.session.rollback()
        flash(refused.message, "warning")
        return redirect(url_for("live.guide", room_id=room_id))
    db.session.commit()
    return redirect(url_for("reviews.scorecard", interview_id=interview.id))
