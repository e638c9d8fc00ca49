"""What interviewers have in the call, and on a page after it: questions, guide, private notes, one's scorecard."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.live import guide as operations
from webapp.live.models import Room
from webapp.live.operations import RoomError
from webapp.live.presenters import guide_parts, sets_for
from webapp.live.views.call import blueprint
from webapp.reviews.forms import given_in_form
from webapp.reviews.operations import ReviewError


def _me() -> User:
    return current_user._get_current_object()


def _load(room_id: str) -> Room:
    room = db.session.get(Room, room_id)
    if room is None or not operations.may_use(current_user, room):
        abort(404)
    return room


def _shown(room: Room, status: int = 200) -> tuple[str, int]:
    part = "live/_guide.html" if "X-Fragment" in request.headers else "live/guide.html"
    return render_template(part, room=room, **guide_parts(room, _me())), status


@blueprint.get("/rooms/<room_id>/guide")
@login_required
def guide(room_id: str) -> tuple[str, int]:
    """The questions of the call with their scoring guide, one's own notes and scores; its part alone for a script."""
    return _shown(_load(room_id))


def _do(room: Room, verb: Callable[[], object]) -> Response | tuple[str, int]:
    """Do something and show the guide again: the part in the call to a script, which is told a refusal as JSON."""
    fragment = "X-Fragment" in request.headers
    try:
        verb()
    except RoomError as refused:
        if fragment:
            raise
        db.session.rollback()
        flash(refused.message, "warning")
    else:
        db.session.commit()
    return _shown(room) if fragment else redirect(url_for("live.guide", room_id=room.id))


@blueprint.post("/rooms/<room_id>/guide/questions")
@login_required
def choose_questions(room_id: str) -> Response | tuple[str, int]:
    """Say what is asked in this call."""
    room = _load(room_id)
    chosen = next((each for each in sets_for(_me()) if each.id == request.form.get("question_set")), None) or abort(404)
    return _do(room, lambda: operations.choose(room, chosen))


@blueprint.post("/rooms/<room_id>/guide/notes")
@login_required
def write_note(room_id: str) -> Response | tuple[str, int]:
    """Keep a note."""
    room = _load(room_id)
    text, question_id = request.form.get("text", ""), request.form.get("question") or None
    return _do(room, lambda: operations.write(room, _me(), text, question_id))


@blueprint.post("/rooms/<room_id>/guide/scores")
@login_required
def keep_scores(room_id: str) -> Response | tuple[Response, int]:
    """Keep one's own scores and notes of each question as they are typed; a script is answered in JSON."""
    room = _load(room_id)
    by_script = request.accept_mimetypes.best == "application/json"
    found = operations.guide_of(room) or abort(404)
    try:
        card = operations.score(room, _me(), given_in_form(found.questions))
    except (ReviewError, RoomError) as refused:
        if by_script and isinstance(refused, RoomError):
            raise
        db.session.rollback()
        if by_script:
            return jsonify(error={"code": "refused", "message": str(refused)}), 422
        flash(str(refused), "warning")
    else:
        db.session.commit()
        if by_script:
            return jsonify(version=card.version, state=card.state.value)
        flash(_("Your draft has been saved. Only you can see it."), "success")
    return redirect(url_for("live.guide", room_id=room_id))


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
    if not room.is_open:
        operations.tell_scored(room)
    db.session.commit()
    return redirect(url_for("reviews.scorecard", interview_id=interview.id))
