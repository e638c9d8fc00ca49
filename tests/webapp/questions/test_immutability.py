"""A published set stays what it was, by whatever road somebody comes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from webapp.accounts.models import Role
from webapp.core.database import db, now
from webapp.questions import operations
from webapp.questions.immutability import ImmutableError
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState

VALUES = dict(kind=QuestionKind.TEXT, prompt="Another?", think_seconds=0, limit_seconds=60, takes_allowed=1, rubric="")


@pytest.fixture(params=[SetState.PUBLISHED, SetState.ARCHIVED])
def frozen(request: pytest.FixtureRequest, make) -> QuestionSet:
    return make.question_set(state=request.param)


def contents(row: QuestionSet) -> list:
    db.session.rollback()
    columns = sa.select(*Question.__table__.columns).where(Question.question_set_id == row.id)
    title = sa.select(QuestionSet.title, QuestionSet.introduction, QuestionSet.state, QuestionSet.published_at)
    return [
        *db.session.execute(columns.order_by(Question.position)).all(),
        db.session.execute(title.where(QuestionSet.id == row.id)).one(),
    ]


def test_the_operations_refuse(frozen: QuestionSet, make):
    by = make.user(Role.ADMIN)
    before = contents(frozen)
    question = frozen.questions[0]
    for attempt in (
        lambda: operations.edit_set(frozen, title="x", introduction="", by=by),
        lambda: operations.add_question(frozen, **VALUES, by=by),
        lambda: operations.edit_question(question, **VALUES, by=by),
        lambda: operations.delete_question(question, by=by),
        lambda: operations.move_question(question, 1, by=by),
        lambda: operations.publish(frozen, by=by),
        lambda: operations.delete_draft(frozen, by=by),
    ):
        with pytest.raises(ImmutableError):
            attempt()
    assert contents(frozen) == before


def edit(row: QuestionSet) -> None:
    row.questions[0].prompt = "Changed"


def retime(row: QuestionSet) -> None:
    row.questions[0].limit_seconds = 11


def append(row: QuestionSet) -> None:
    row.questions.append(Question(position=9, **VALUES))


def add_by_id(row: QuestionSet) -> None:
    db.session.add(Question(question_set_id=row.id, position=9, **VALUES))


def remove(row: QuestionSet) -> None:
    row.questions.pop()


def delete_question(row: QuestionSet) -> None:
    db.session.delete(row.questions[0])


def delete(row: QuestionSet) -> None:
    db.session.delete(row)


def rename(row: QuestionSet) -> None:
    row.title = "Changed"


def back_to_draft(row: QuestionSet) -> None:
    row.state = SetState.DRAFT


def edit_under_cover_of_archiving(row: QuestionSet) -> None:
    row.state, row.archived_at, row.introduction = SetState.ARCHIVED, now(), "Changed"


def bulk_update(row: QuestionSet) -> None:
    db.session.execute(sa.update(Question).where(Question.question_set_id == row.id).values(prompt="Changed"))


def bulk_delete(row: QuestionSet) -> None:
    db.session.execute(sa.delete(Question).where(Question.question_set_id == row.id))


def bulk_rename(row: QuestionSet) -> None:
    db.session.execute(sa.update(QuestionSet).values(title="Changed"))


ROADS = [
    edit,
    retime,
    append,
    add_by_id,
    remove,
    delete_question,
    delete,
    rename,
    back_to_draft,
    edit_under_cover_of_archiving,
    bulk_update,
    bulk_delete,
    bulk_rename,
]


@pytest.mark.parametrize("road", ROADS)
def test_no_road_around_the_operations(frozen: QuestionSet, road):
    before = contents(frozen)
    with pytest.raises(ImmutableError):
        road(frozen)
        db.session.flush()
    assert contents(frozen) == before


def test_moving_a_question_into_a_frozen_set_or_out_of_it(frozen: QuestionSet, make):
    draft = make.question_set(state=SetState.DRAFT)
    before = contents(frozen)
    for question, target in ((frozen.questions[0], draft), (draft.questions[0], frozen)):
        with pytest.raises(ImmutableError):
            question.question_set = target
            db.session.flush()
        assert contents(frozen) == before


def test_a_session_that_still_believes_in_the_draft(app: Flask, make):
    """Somebody else publishes between reading and writing: what counts is the row, not what was remembered."""
    draft = make.question_set(state=SetState.DRAFT)
    db.session.refresh(draft)
    _ = [question.prompt for question in draft.questions]
    table = QuestionSet.__table__
    with db.engine.begin() as connection:  # another process
        connection.execute(
            sa.update(table).where(table.c.id == draft.id).values(state=SetState.PUBLISHED, published_at=now())
        )
    assert draft.state is SetState.DRAFT
    with pytest.raises(ImmutableError):
        operations.edit_question(draft.questions[0], **VALUES, by=make_by(draft))


def make_by(row: QuestionSet):
    return row.created_by


def test_a_draft_may_change_and_a_published_set_may_be_archived(app: Flask, make):
    draft = make.question_set(state=SetState.DRAFT)
    for road in (edit, append, remove, rename):
        road(draft)
        db.session.commit()
    published = make.question_set()
    operations.archive(published, by=published.created_by)
    db.session.commit()
    assert published.state is SetState.ARCHIVED
