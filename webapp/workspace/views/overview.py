"""An interview at a glance, and the way to the next one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.interviews.access import may_manage, may_review, may_view
from webapp.interviews.answering import load_answers
from webapp.interviews.models import Interview
from webapp.positions.models import Position
from webapp.reviews import agreement as agreements
from webapp.reviews import calibration, presenters, queue
from webapp.reviews.access import is_identity_hidden, load_for_review, review_of
from webapp.workspace.presenters import progress_of
from webapp.workspace.views.base import blueprint, me


@blueprint.get("/<interview_id>")
@login_required
def overview(interview_id: str) -> str:
    """Who it is, the answers, what people said of them and what was decided; observers may look at it too."""
    interview = load_for_review(interview_id, may_view)
    load_answers(interview)
    return render_template(
        "workspace/overview.html",
        interview=interview,
        answers=presenters.answers_of(interview),
        progress=progress_of(interview, me()),
        review=review_of(interview),
        nameless=is_identity_hidden(me(), interview),
        observes=not may_review(me(), interview),
        may_calibrate=calibration.may_choose(me(), interview),
    )


@blueprint.get("/following")
@login_required
def following() -> Response:
    """To the first answer of the next interview in the queue; ``?after=`` names the one that is open now."""
    after = db.session.get(Interview, request.args.get("after", ""))
    if after is not None and not may_review(me(), after):
        after = None
    return redirect(address_of_next(after))


@blueprint.get("/agreement/<position_id>")
@require_role(Role.RECRUITER, Role.ADMIN)
def agreement(position_id: str) -> str:
    """How far the reviewers of a position agree, by competency; of interviews that this person may review alone."""
    position = db.session.get(Position, position_id)
    if position is None or not may_manage(me(), position):
        abort(404)
    return render_template(
        "workspace/agreement.html", position=position, rows=agreements.of_position(position.id, me())
    )


def address_of_next(after: Interview | None) -> str:
    """Where the next interview's first answer is; the list of interviews, and a word, where none waits."""
    here = after.position_id if after is not None else None
    found = queue.next_for(me(), here, after)
    if found is None and here is not None:
        found = queue.next_for(me())
    if found is not None and after is not None and found.id == after.id:
        found = None
    if found is not None:
        return url_for("workspace.answer", interview_id=found.id, number=1)
    flash(_("There is nothing left to review."), "info")
    return url_for("interviews.inbox")
