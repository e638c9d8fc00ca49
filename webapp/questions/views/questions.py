"""The questions of a draft, one by one: add, edit, delete, move."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.questions import given, guide_form, library, operations
from webapp.questions.forms import QuestionForm
from webapp.questions.guide import GuideError, guide_of
from webapp.questions.immutability import ImmutableError
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState
from webapp.questions.starters import STARTERS, starter
from webapp.questions.views.question_sets import blueprint, load_set, show


def _draft(set_id: str) -> QuestionSet:
    row = load_set(set_id)
    if row.state is not SetState.DRAFT:
        raise ImmutableError
    return row


def load_question(set_id: str, question_id: str) -> Question:
    """A question of a draft; 404 where there is none. Raises ImmutableError."""
    question = next((each for each in _draft(set_id).questions if each.id == question_id), None)
    return question or abort(404)


def _values(form: QuestionForm) -> dict[str, Any]:
    return {
        "kind": QuestionKind(form.kind.data),
        "prompt": form.prompt.data,
        "think_seconds": form.think_seconds.data,
        "limit_seconds": form.limit_seconds.data,
        "takes_allowed": form.takes_allowed.data,
        "rubric": form.rubric.data or "",
        "theme": form.theme.data or "",
        "follow_up_lines": form.follow_ups.data or "",
        "by": current_user,
    }


def settings_in(form: QuestionForm) -> dict[str, Any] | None:
    """What may be given and what is wanted, as ``operations`` take it; None where it is wrong, which the form says."""
    kind = QuestionKind(form.kind.data)
    if kind is QuestionKind.CODE:
        return {"settings": {"language": form.language.data} if form.language.data else None}
    try:
        found = given.made(
            kind, choices=form.choices.data or "", wanted=form.wanted.data or "", least=form.least.data,
            unit=form.unit.data or "",
        )  # fmt: skip
    except given.GivenError as fault:
        form.choices.errors = [str(fault)]
        return None
    return {"settings": found.to_json()}


def filled_in(question: given.HasSettings) -> dict[str, Any]:
    """What a form shows of the settings of a question."""
    kept = given.settings_of(question)
    return {
        "choices": "\n".join(kept.choices),
        "wanted": "\n".join(kept.wanted),
        "least": kept.least,
        "unit": kept.unit,
        "language": (question.settings or {}).get("language", ""),
    }


def _guide(form: QuestionForm, question: Question | None) -> dict[str, Any] | None:
    """The scoring guide of the form as ``operations`` take it; None where it is none, which the form then says."""
    earlier = guide_of(question) if question is not None and question.guide else None
    try:
        return {"guide": guide_form.read(request.form, earlier)}
    except GuideError as fault:
        form.rubric.errors = [str(fault)]
        return None


def _page(form: QuestionForm, row: QuestionSet, question: Question | None) -> tuple[str, int]:
    competencies = guide_form.shown(question)
    if form.is_submitted():
        competencies = guide_form.with_blank(guide_form.typed(request.form))
    elif question is None and (key := request.args.get("template", "")):
        competencies = guide_form.shown(starter(key) or db.session.get(LibraryItem, key))
    page = render_template(
        "questions/edit_question.html",
        form=form,
        question_set=row,
        question=question,
        competencies=competencies,
        templates=[*library.search(templates=True), *STARTERS] if question is None else [],
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/<set_id>/add", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def add_question(set_id: str) -> Response | tuple[str, int]:
    """A new question at the end."""
    row = _draft(set_id)
    form = QuestionForm(kind=QuestionKind.VIDEO.value)
    if (
        form.validate_on_submit()
        and (guide := _guide(form, None)) is not None
        and (kept := settings_in(form)) is not None
    ):
        try:
            question = operations.add_question(row, **_values(form), **guide, **kept)
        except operations.QuestionSetError as error:
            form.prompt.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Question %(position)s has been added.", position=question.position), "success")
            return show(row)
    return _page(form, row, None)


@blueprint.route("/<set_id>/questions/<question_id>", methods=["GET", "POST"])
@require_role(Role.ADMIN)
def edit_question(set_id: str, question_id: str) -> Response | tuple[str, int]:
    """Change a question."""
    question = load_question(set_id, question_id)
    form = QuestionForm(obj=question, **filled_in(question))
    if (
        form.validate_on_submit()
        and (guide := _guide(form, question)) is not None
        and (kept := settings_in(form)) is not None
    ):
        operations.edit_question(question, **_values(form), **guide, **kept)
        db.session.commit()
        flash(_("Question %(position)s has been saved.", position=question.position), "success")
        return show(question.question_set)
    return _page(form, question.question_set, question)


@blueprint.post("/<set_id>/questions/<question_id>/delete")
@require_role(Role.ADMIN)
def delete_question(set_id: str, question_id: str) -> Response:
    """Take a question out."""
    question = load_question(set_id, question_id)
    row = question.question_set
    operations.delete_question(question, by=current_user)
    db.session.commit()
    flash(_("The question has been deleted."), "success")
    return show(row)


@blueprint.post("/<set_id>/questions/<question_id>/move")
@require_role(Role.ADMIN)
def move_question(set_id: str, question_id: str) -> Response:
    """Move a question one place up or down; the page comes back at the button that was pressed."""
    places = {"up": -1, "down": 1}.get(request.form.get("to", "")) or abort(400)
    question = load_question(set_id, question_id)
    operations.move_question(question, places, by=current_user)
    db.session.commit()
    flash(
        _(
            "It is now question %(position)s of %(count)s.",
            position=question.position,
            count=len(question.question_set.questions),
        ),
        "success",
    )
    return redirect(url_for("questions.show", set_id=set_id, _anchor=f"question-{question.id}"))
