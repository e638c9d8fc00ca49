"""A question asked in a video or by voice, beside its words."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.clips.models import Clip
from webapp.clips.operations import Use
from webapp.clips.views.taking import Place, take
from webapp.core.security import require_role
from webapp.questions import operations
from webapp.questions.models import Question
from webapp.questions.views.question_sets import blueprint
from webapp.questions.views.questions import load_question


@blueprint.route("/<set_id>/questions/<question_id>/clip", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def clip(set_id: str, question_id: str) -> Response | str | tuple[str, int]:
    """Record one, upload one, or take it off."""
    question = load_question(set_id, question_id)
    place = Place(
        heading=_("Ask question %(number)s in a video", number=question.position),
        lead=_("Candidates see and hear it with captions. The written question always stands beside it:"),
        back=_back(question),
        taken_off=_("The question is asked in words alone."),
        quote=question.prompt,
        label=_("Question %(number)s", number=question.position),
    )

    def keep(made: Clip | None) -> str:
        operations.set_clip(question, made, by=current_user)
        return _seen_at(question)

    return take(place, question.clip, keep)


@blueprint.route("/<set_id>/questions/<question_id>/sign", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def sign(set_id: str, question_id: str) -> Response | str | tuple[str, int]:
    """Record, upload or take off the question in sign language."""
    question = load_question(set_id, question_id)
    words = _("Question %(number)s in sign language", number=question.position)
    place = Place(
        heading=words,
        lead=_("Candidates find it beside the written question, whose words it signs:"),
        back=_back(question),
        taken_off=_("The question has no sign-language video any more."),
        quote=question.prompt,
        label=words,
        signed=question.sign_language,
    )

    def keep(made: Clip | None) -> str:
        operations.set_sign_clip(question, made, request.form.get("sign_language", ""), by=current_user)
        return _seen_at(question)

    return take(place, question.sign_clip, keep)


def _back(question: Question) -> Use:
    row = question.question_set
    title = _("%(title)s, version %(number)s", title=row.title, number=row.version)
    return Use(title, url_for("questions.show", set_id=row.id))


def _seen_at(question: Question) -> str:
    return url_for("questions.show", set_id=question.question_set_id, _anchor=f"question-{question.id}")
