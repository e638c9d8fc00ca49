"""The practice room: start, go on, look at the report, delete. Each person sees their own alone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from webapp.core.database import db
from webapp.interviews.models import InterviewState
from webapp.interviews.operations import invitation_url
from webapp.practice import attempts as tried
from webapp.practice import guests, operations, settings

blueprint = Blueprint("practice", __name__, url_prefix="/practice")


@blueprint.get("")
@login_required
def index() -> str:
    """What can be practised, and what was."""
    guest = guests.guest_of(current_user) if current_user.is_temporary else None
    sets = operations.sets_to_practise(current_user)
    return render_template(
        "practice/index.html",
        guest=guest,
        back=invitation_url(guest.invitation) if guest and guest.invitation else "",
        sets=sets,
        given=settings.own_set_for(current_user),
        interviews=operations.practice_of(current_user),
    )


@blueprint.post("/start")
@login_required
def start() -> Response:
    """Start a practice interview on a published set, or on Viva's own where none is offered."""
    sets = {question_set.id: question_set for question_set in operations.sets_to_practise(current_user)}
    wanted = request.form.get("question_set_id", "")
    if sets and wanted not in sets:
        flash(_("Those questions are no longer available. Choose others."), "warning")
        return redirect(url_for("practice.index"))
    person = current_user._get_current_object()
    try:
        guests.check_room(person)
    except guests.PracticeError as error:
        flash(str(error), "warning")
        return redirect(url_for("practice.index"))
    interview = operations.start(person, sets[wanted] if sets else settings.set_for(person))
    db.session.commit()
    return redirect(url_for("candidate.welcome", interview_id=interview.id))


@blueprint.get("/<interview_id>/attempts")
@login_required
def attempts(interview_id: str) -> Response | str:
    """This attempt beside those before it at the same questions, and one thing to try next."""
    interview = operations.own(interview_id, current_user) or abort(404)
    if interview.state is not InterviewState.SUBMITTED:
        return redirect(url_for("reports.show", interview_id=interview.id))
    comparison = tried.compare(interview)
    return render_template("practice/attempts.html", interview=interview, comparison=comparison, most=tried.MOST)


@blueprint.route("/<interview_id>/delete", methods=["GET", "POST"])
@login_required
def delete(interview_id: str) -> Response | str:
    """Ask once, then delete a practice interview with all its data."""
    interview = operations.own(interview_id, current_user) or abort(404)
    if request.method != "POST":
        return render_template("practice/delete.html", interview=interview)
    operations.delete(interview)
    db.session.commit()
    flash(_("The recordings, your written answers and all their analyses have been deleted."), "info")
    return redirect(url_for("practice.index"))
