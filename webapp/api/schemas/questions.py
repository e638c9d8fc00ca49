"""Question sets, scoring guides and the library. Times are in seconds."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from webapp.api.fields import Choice, Text, Whole, Yes
from webapp.api.paging import Paged
from webapp.questions import guide as guides
from webapp.questions.guide import LEVELS, Competency, ScoringGuide, clean
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import Question, QuestionKind, QuestionSet, SetState


class Levels(ma.Schema):
    """What each level of the scale means; the general words where one is left out."""

    class Meta:
        """Levels are numbers, which no attribute can be called."""

        include = {str(level): Text(guides.LONGEST_LEVEL) for level in LEVELS}


class CompetencyIn(ma.Schema):
    """Something that an answer is scored for."""

    key = Text(40, metadata={"description": "Names it within the question; kept by its name where it is left out."})
    name = Text(guides.LONGEST_NAME, shortest=1, required=True)
    levels = fields.Nested(Levels, load_default=dict)
    points = fields.List(Text(300, shortest=1), load_default=list, validate=validate.Length(max=20))
    quotes = fields.List(
        Text(guides.LONGEST_QUOTE, shortest=1), load_default=list, validate=validate.Length(max=guides.MOST_QUOTES)
    )


class GuideIn(ma.Schema):
    """A scoring guide; without competencies it is taken away."""

    competencies = fields.List(
        fields.Nested(CompetencyIn), required=True, validate=validate.Length(max=guides.MOST_COMPETENCIES)
    )


class CompetencyOut(ma.Schema):
    """Something that an answer is scored for."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    levels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    points = fields.List(fields.String(), required=True)
    quotes = fields.List(fields.String(), required=True)


class GuideOut(ma.Schema):
    """A scoring guide."""

    competencies = fields.List(fields.Nested(CompetencyOut), required=True)


class _Timed(ma.Schema):
    think_seconds = Whole(0, 600, load_default=30)
    limit_seconds = Whole(10, 3600, load_default=120)
    takes_allowed = Whole(1, 20, load_default=3)


class QuestionIn(_Timed):
    """A question, at the end of a draft."""

    kind = Choice(QuestionKind, required=True)
    prompt = Text(2000, shortest=1, lines=True, required=True)
    rubric = Text(5000, lines=True, load_default="", metadata={"description": "Points of evidence, one a line."})


class QuestionChange(ma.Schema):
    """What is to change; what is left out stays."""

    kind = Choice(QuestionKind)
    prompt = Text(2000, shortest=1, lines=True)
    think_seconds = Whole(0, 600)
    limit_seconds = Whole(10, 3600)
    takes_allowed = Whole(1, 20)
    rubric = Text(5000, lines=True)


class Move(ma.Schema):
    """How far a question moves: down, or up where it is negative."""

    places = Whole(-40, 40, required=True)


class QuestionOut(ma.Schema):
    """A question."""

    id = fields.String(required=True)
    position = fields.Integer(required=True)
    kind = Choice(QuestionKind, required=True)
    prompt = fields.String(required=True)
    think_seconds = fields.Integer(required=True)
    limit_seconds = fields.Integer(required=True)
    takes_allowed = fields.Integer(required=True)
    rubric = fields.String(required=True)
    guide = fields.Nested(GuideOut, required=True, allow_none=True)


class SetIn(ma.Schema):
    """A new question set, which begins as a draft."""

    title = Text(160, shortest=1, required=True)
    introduction = Text(5000, lines=True, load_default="")


class SetChange(ma.Schema):
    """What is to change; what is left out stays."""

    title = Text(160, shortest=1)
    introduction = Text(5000, lines=True)


class SetOut(ma.Schema):
    """One version of a question set. Only drafts change."""

    id = fields.String(required=True)
    lineage = fields.String(required=True, metadata={"description": "The same for all versions of a set."})
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    introduction = fields.String(required=True)
    state = Choice(SetState, required=True)
    created_at = fields.DateTime(required=True)
    published_at = fields.DateTime(required=True, allow_none=True)
    archived_at = fields.DateTime(required=True, allow_none=True)
    questions = fields.List(fields.Nested(QuestionOut), required=True)


class SetQuery(Paged):
    """Which question sets."""

    state = Choice(SetState)


class ItemIn(_Timed):
    """A question of the library, or a scoring guide alone (``is_template``)."""

    title = Text(160, shortest=1, required=True)
    prompt = Text(2000, lines=True, load_default="")
    kind = Choice(QuestionKind, load_default=QuestionKind.VIDEO)
    rubric = Text(5000, lines=True, load_default="")
    guide = fields.Nested(GuideIn, load_default=None, allow_none=True)
    tags = fields.List(Text(40, shortest=1), load_default=list, validate=validate.Length(max=12))
    is_template = Yes(load_default=False)


class ItemOut(ma.Schema):
    """One version of something in the library."""

    id = fields.String(required=True)
    lineage = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    prompt = fields.String(required=True)
    kind = Choice(QuestionKind, required=True)
    think_seconds = fields.Integer(required=True)
    limit_seconds = fields.Integer(required=True)
    takes_allowed = fields.Integer(required=True)
    rubric = fields.String(required=True)
    guide = fields.Nested(GuideOut, required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)
    is_template = fields.Boolean(required=True)
    is_locked = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)


class ItemQuery(ma.Schema):
    """What is looked for in the library."""

    q = Text(120)
    tag = Text(40)


class Use(ma.Schema):
    """The draft that a question of the library is added to."""

    item_id = fields.String(required=True, validate=validate.Regexp("^[0-9a-f]{32}$"))


def guide_in(given: dict[str, Any] | None, earlier: ScoringGuide | None = None) -> ScoringGuide | None:
    """A guide of what was sent. Raises GuideError."""
    found = [
        Competency(
            each.get("key", ""), each["name"], {int(level): words for level, words in each["levels"].items()},
            list(each["points"]), list(each["quotes"]),
        )
        for each in (given or {}).get("competencies", ())
    ]  # fmt: skip
    return clean(found, earlier=earlier)


def guide_out(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """A stored guide as it is answered."""
    if stored is None:
        return None
    found = ScoringGuide.from_json(stored).competencies
    return {
        "competencies": [
            {**vars(each), "levels": {str(level): words for level, words in each.levels.items()}} for each in found
        ]
    }


def question_shown(row: Question) -> dict[str, Any]:
    """A question as it is answered."""
    names = (name for name in QuestionOut._declared_fields if name != "guide")
    return {**{name: getattr(row, name) for name in names}, "guide": guide_out(row.guide)}


def set_shown(row: QuestionSet) -> dict[str, Any]:
    """A question set as it is answered."""
    names = (name for name in SetOut._declared_fields if name != "questions")
    return {
        **{name: getattr(row, name) for name in names},
        "questions": [question_shown(each) for each in row.questions],
    }


def item_shown(row: LibraryItem) -> dict[str, Any]:
    """Something of the library as it is answered."""
    names = (name for name in ItemOut._declared_fields if name not in ("guide", "is_locked"))
    return {
        **{name: getattr(row, name) for name in names},
        "guide": guide_out(row.guide),
        "is_locked": row.locked_at is not None,
    }
