"""What comes back from a form with several answers of a scorecard."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, request

from webapp.questions.guide import WHOLE, guide_of
from webapp.questions.models import Question
from webapp.reviews.operations import Given


def given_in_form(questions: Iterable[Question]) -> dict[str, Given]:
    """By question id what the request's form holds: ``score-ID`` or ``score-ID-KEY``, and ``note-ID``. 400 for a score
    that no form of ours sends."""
    given = {}
    for question in questions:
        note = request.form.get(f"note-{question.id}", "")
        scores = {key: _score(f"score-{question.id}-{key}") for key in guide_of(question).keys if key != WHOLE}
        given[question.id] = Given(_score(f"score-{question.id}"), note, scores)
    return given


def _score(name: str) -> int | None:
    score = request.form.get(name, "")
    if score not in ("", "1", "2", "3", "4", "5"):
        abort(400)
    return int(score) if score else None
