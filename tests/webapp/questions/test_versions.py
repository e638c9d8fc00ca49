"""Draft, publish, copy, archive."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.questions import operations
from webapp.questions.models import QuestionKind, QuestionSet, SetState

VALUES = dict(kind=QuestionKind.VIDEO, think_seconds=5, limit_seconds=60, takes_allowed=2, rubric="Clear.")


@pytest.fixture
def by(make):
    return make.user(Role.ADMIN)


@pytest.fixture
def draft(app: Flask, by) -> QuestionSet:
    row = operations.create_set(title=" First ", introduction="Hello", by=by)
    for prompt in "ABCD":
        operations.add_question(row, prompt=prompt, **VALUES, by=by)
    db.session.commit()
    return row


def order(row: QuestionSet) -> str:
    db.session.commit()
    assert [question.position for question in row.questions] == list(range(1, len(row.questions) + 1))
    return "".join(question.prompt for question in row.questions)


def test_a_set_begins_as_a_draft_of_version_one(draft: QuestionSet):
    assert (draft.title, draft.version, draft.state) == ("First", 1, SetState.DRAFT)
    assert order(draft) == "ABCD"


@pytest.mark.parametrize(
    ("index", "places", "expected"),
    [(0, 1, "BACD"), (3, -1, "ABDC"), (0, -1, "ABCD"), (3, 1, "ABCD"), (0, 3, "BCDA"), (2, -9, "CABD")],
)
def test_moving(draft: QuestionSet, by, index: int, places: int, expected: str):
    operations.move_question(draft.questions[index], places, by=by)
    assert order(draft) == expected


def test_deleting_closes_the_gap(draft: QuestionSet, by):
    operations.delete_question(draft.questions[1], by=by)
    assert order(draft) == "ACD"


def test_a_set_has_room_for_so_many(app: Flask, by, monkeypatch: pytest.MonkeyPatch, draft: QuestionSet):
    monkeypatch.setattr(operations, "MAX_QUESTIONS", 4)
    with pytest.raises(operations.QuestionSetError, match="at most 4"):
        operations.add_question(draft, prompt="E", **VALUES, by=by)


def test_an_empty_set_is_not_published(app: Flask, by):
    row = operations.create_set(title="Empty", introduction="", by=by)
    with pytest.raises(operations.QuestionSetError, match="Add at least one"):
        operations.publish(row, by=by)
    assert row.state is SetState.DRAFT


def test_a_new_version_is_a_copy_and_the_old_one_stays(draft: QuestionSet, by):
    operations.publish(draft, by=by)
    db.session.commit()
    copy = operations.new_version(draft, by=by)
    assert (copy.version, copy.lineage, copy.state) == (2, draft.lineage, SetState.DRAFT)
    assert order(copy) == "ABCD"
    assert {q.id for q in copy.questions}.isdisjoint(q.id for q in draft.questions)
    first = copy.questions[0]
    assert (first.think_seconds, first.limit_seconds, first.takes_allowed, first.rubric) == (5, 60, 2, "Clear.")

    operations.edit_question(first, **{**VALUES, "prompt": "Z"}, by=by)
    operations.edit_set(copy, title="Second", introduction="", by=by)
    operations.publish(copy, by=by)
    assert order(copy) == "ZBCD" and order(draft) == "ABCD"
    assert draft.title == "First" and draft.state is SetState.PUBLISHED
    assert [row.version for row in operations.versions(draft)] == [2, 1]


def test_one_draft_at_a_time(draft: QuestionSet, by):
    with pytest.raises(operations.QuestionSetError, match="draft"):
        operations.new_version(draft, by=by)
    operations.publish(draft, by=by)
    operations.new_version(draft, by=by)
    with pytest.raises(operations.QuestionSetError, match="Version 2 is already a draft"):
        operations.new_version(draft, by=by)


def test_an_archived_version_can_be_taken_up_again_as_a_new_one(draft: QuestionSet, by):
    operations.publish(draft, by=by)
    operations.archive(draft, by=by)
    assert operations.new_version(draft, by=by).version == 2


def test_only_what_is_published_is_archived(draft: QuestionSet, by):
    with pytest.raises(operations.QuestionSetError):
        operations.archive(draft, by=by)


def test_a_deleted_draft_leaves_the_other_versions(draft: QuestionSet, by):
    operations.publish(draft, by=by)
    copy = operations.new_version(draft, by=by)
    operations.delete_draft(copy, by=by)
    assert operations.versions(draft) == [draft] and order(draft) == "ABCD"


def test_the_database_holds_the_limits_too(draft: QuestionSet):
    from sqlalchemy.exc import IntegrityError

    draft.questions[0].limit_seconds = 5
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
