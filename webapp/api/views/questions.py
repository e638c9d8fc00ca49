"""Question sets, their questions and scoring guides."""

from __future__ import annotations

from typing import Any

from flask import abort

from webapp.accounts.models import Role
from webapp.api.framework import me, operation
from webapp.api.paging import page, page_of
from webapp.api.schemas.questions import (
    GuideIn,
    Move,
    QuestionChange,
    QuestionIn,
    QuestionOut,
    SetChange,
    SetIn,
    SetOut,
    SetQuery,
    Use,
    guide_in,
    question_shown,
    set_shown,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.questions import library, operations
from webapp.questions.guide import ScoringGuide
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import Question, QuestionSet
from webapp.questions.views.question_sets import load_set

TAG = "Question sets"
READ, WRITE = Scope.QUESTIONS_READ, Scope.QUESTIONS_WRITE
ADMINS: Any = {"scope": WRITE, "role": Role.ADMIN}
SETS: Any = {"answers": SetOut, "show": set_shown}
QUESTIONS: Any = {"answers": QuestionOut, "show": question_shown}
_SET = "/question-sets/<id:set_id>"
_QUESTION = f"{_SET}/questions/<id:question_id>"


def _question(set_id: str, question_id: str) -> Question:
    row = load_set(set_id)
    return next((each for each in row.questions if each.id == question_id), None) or abort(404)


@operation("GET", "/question-sets", TAG, scope=READ, query=SetQuery, answers=page_of(SetOut))
def list_question_sets(query: dict[str, Any]) -> Any:
    """List question sets

    Admins see all, recruiters what is published."""
    found = operations.visible_to(me())
    if "state" in query:
        found = found.where(QuestionSet.state == query["state"])
    return page(found, QuestionSet.created_at, QuestionSet.id, query, lambda rows: [set_shown(row) for row in rows])


@operation("POST", "/question-sets", TAG, body=SetIn, status=201, **ADMINS, **SETS)
def create_question_set(body: dict[str, Any]) -> QuestionSet:
    """Begin a question set"""
    return operations.create_set(**body, by=me())


@operation("GET", _SET, TAG, scope=READ, **SETS)
def get_question_set(set_id: str) -> QuestionSet:
    """Read a question set with its questions"""
    return load_set(set_id)


@operation("PATCH", _SET, TAG, body=SetChange, **ADMINS, **SETS)
def change_question_set(body: dict[str, Any], set_id: str) -> QuestionSet:
    """Change a draft's title and introduction"""
    row = load_set(set_id)
    operations.edit_set(row, **{"title": row.title, "introduction": row.introduction, **body}, by=me())
    return row


@operation("DELETE", _SET, TAG, status=204, **ADMINS)
def delete_question_set(set_id: str) -> None:
    """Delete a draft"""
    operations.delete_draft(load_set(set_id), by=me())


@operation("POST", f"{_SET}/publish", TAG, **ADMINS, **SETS)
def publish_question_set(set_id: str) -> QuestionSet:
    """Publish a draft, which freezes it"""
    row = load_set(set_id)
    operations.publish(row, by=me())
    return row


@operation("POST", f"{_SET}/new-version", TAG, status=201, **ADMINS, **SETS)
def create_question_set_version(set_id: str) -> QuestionSet:
    """Begin the next version of a published set"""
    return operations.new_version(load_set(set_id), by=me())


@operation("POST", f"{_SET}/archive", TAG, **ADMINS, **SETS)
def archive_question_set(set_id: str) -> QuestionSet:
    """Take a published version out of choice"""
    row = load_set(set_id)
    operations.archive(row, by=me())
    return row


@operation("POST", f"{_SET}/questions", TAG, body=QuestionIn, status=201, **ADMINS, **QUESTIONS)
def add_question(body: dict[str, Any], set_id: str) -> Question:
    """Add a question to a draft"""
    return operations.add_question(load_set(set_id), **body, by=me())


@operation("POST", f"{_SET}/questions/from-library", TAG, body=Use, status=201, **ADMINS, **QUESTIONS)
def add_question_from_library(body: dict[str, Any], set_id: str) -> Question:
    """Add a question of the library to a draft"""
    item = db.session.get(LibraryItem, body["item_id"]) or abort(404)
    return library.use(item, load_set(set_id), by=me())


@operation("PATCH", _QUESTION, TAG, body=QuestionChange, **ADMINS, **QUESTIONS)
def change_question(body: dict[str, Any], set_id: str, question_id: str) -> Question:
    """Change a question of a draft

    A new rubric takes the place of the scoring guide."""
    row = _question(set_id, question_id)
    names = ("kind", "prompt", "think_seconds", "limit_seconds", "takes_allowed", "rubric")
    guide = ScoringGuide.from_json(row.guide) if row.guide and "rubric" not in body else None
    operations.edit_question(row, **{**{name: getattr(row, name) for name in names}, **body}, guide=guide, by=me())
    return row


@operation("PUT", f"{_QUESTION}/guide", TAG, body=GuideIn, **ADMINS, **QUESTIONS)
def set_scoring_guide(body: dict[str, Any], set_id: str, question_id: str) -> Question:
    """Set the scoring guide of a question of a draft"""
    row = _question(set_id, question_id)
    names = ("kind", "prompt", "think_seconds", "limit_seconds", "takes_allowed", "rubric")
    guide = guide_in(body, ScoringGuide.from_json(row.guide) if row.guide else None)
    operations.edit_question(row, **{name: getattr(row, name) for name in names}, guide=guide, by=me())
    return row


@operation("POST", f"{_QUESTION}/move", TAG, body=Move, **ADMINS, **SETS)
def move_question(body: dict[str, Any], set_id: str, question_id: str) -> QuestionSet:
    """Move a question of a draft"""
    row = _question(set_id, question_id)
    operations.move_question(row, body["places"], by=me())
    return row.question_set


@operation("DELETE", _QUESTION, TAG, status=204, **ADMINS)
def delete_question(set_id: str, question_id: str) -> None:
    """Delete a question of a draft"""
    operations.delete_question(_question(set_id, question_id), by=me())
