"""A question asked in a video or by voice, beside its words."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.clips import operations as clips
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.questions import operations
from webapp.questions.views.question_sets import blueprint
from webapp.questions.views.questions import load_question


@blueprint.route("/<set_id>/questions/<question_id>/clip", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def clip(set_id: str, question_id: str) -> Response | str | tuple[str, int]:
    """Record one, upload one, or take it off."""
    question = load_question(set_id, question_id)
    error = ""
    if request.method == "POST" and "remove" in request.form:
        operations.set_clip(question, None, by=current_user)
        db.session.commit()
        flash(_("The question is asked in words alone."), "success")
        return redirect(url_for("questions.show", set_id=set_id, _anchor=f"question-{question.id}"))
    if request.method == "POST":
        given = request.files.get("clip")
        try:
            made = clips.receive(given.stream if given else None, by=current_user)
        except clips.ClipError as refused:
            db.session.rollback()
            error, question = str(refused), load_question(set_id, question_id)
        else:
            operations.set_clip(question, made, by=current_user)
            db.session.commit()
            return redirect(url_for("clips.show", clip_id=made.id))
    page = render_template("questions/clip.html", question=question, question_set=question.question_set, error=error)
    return (page, 422) if error else page
