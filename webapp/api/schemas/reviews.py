"""Scorecards, comments and decisions."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from webapp.api.fields import Choice, Id, Text, Whole, Yes
from webapp.interviews.models import Outcome
from webapp.reviews.comment_models import Comment
from webapp.reviews.models import Approval, Decision, DecisionState, Scorecard, ScorecardState


class RatingIn(ma.Schema):
    """What an answer is given: a score a competency (by key), or one for the whole answer, and a note."""

    question_id = Id(required=True)
    score = Whole(1, 5, allow_none=True, load_default=None)
    scores = fields.Dict(
        keys=Text(40, shortest=1), values=Whole(1, 5, allow_none=True), load_default=dict,
        metadata={"maxProperties": 6},
    )  # fmt: skip
    note = Text(5000, lines=True, allow_none=True, load_default=None)


class ScorecardIn(ma.Schema):
    """What is kept in the draft; what is left out stays as it is."""

    ratings = fields.List(fields.Nested(RatingIn), load_default=list, validate=validate.Length(max=40))
    summary = Text(5000, lines=True, allow_none=True, load_default=None)


class RatingOut(ma.Schema):
    """The score of one competency of one answer; `competency` is empty for the answer as a whole."""

    question_id = fields.String(required=True)
    competency = fields.String(required=True)
    score = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)


class ScorecardOut(ma.Schema):
    """One version of a reviewer's scorecard."""

    id = fields.String(required=True)
    interview_id = fields.String(required=True)
    reviewer_id = fields.String(required=True)
    version = fields.Integer(required=True)
    state = Choice(ScorecardState, required=True)
    summary = fields.String(required=True)
    after_readings = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    closed_at = fields.DateTime(required=True, allow_none=True)
    ratings = fields.List(fields.Nested(RatingOut), required=True)


class CommentIn(ma.Schema):
    """A comment on an answer, or a reply."""

    text = Text(5000, shortest=1, lines=True, required=True)
    at = fields.Float(validate=validate.Range(0, 999999), metadata={"description": "Second of the recording."})
    until = fields.Float(validate=validate.Range(0, 999999))
    quote = Text(1000, lines=True, load_default="")
    parent_id = Id(metadata={"description": "The comment that it answers."})


class CommentChange(ma.Schema):
    """Whether a thread is resolved."""

    resolved = Yes(required=True)


class CommentOut(ma.Schema):
    """A comment; one without `parent_id` begins a thread."""

    id = fields.String(required=True)
    interview_id = fields.String(required=True)
    question_id = fields.String(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    author_id = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.Float(required=True, allow_none=True)
    until = fields.Float(required=True, allow_none=True)
    quote = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    resolved_at = fields.DateTime(required=True, allow_none=True)


class DecisionIn(ma.Schema):
    """What a person decides, and why."""

    outcome = Choice(Outcome, required=True)
    reason = Text(5000, shortest=1, lines=True, required=True)


class ApprovalIn(ma.Schema):
    """A second person's word."""

    approved = Yes(required=True)
    note = Text(5000, lines=True, load_default="")


class ApprovalOut(ma.Schema):
    """A second person's word."""

    by_id = fields.String(required=True)
    approved = fields.Boolean(required=True)
    note = fields.String(required=True)
    given_at = fields.DateTime(required=True)


class DecisionOut(ma.Schema):
    """What a person decided, and why."""

    id = fields.String(required=True)
    interview_id = fields.String(required=True)
    outcome = Choice(Outcome, required=True)
    reason = fields.String(required=True)
    by_id = fields.String(required=True)
    state = Choice(DecisionState, required=True)
    decided_at = fields.DateTime(required=True)
    final_at = fields.DateTime(required=True, allow_none=True)
    supersedes_id = fields.String(required=True, allow_none=True)
    approvals = fields.List(fields.Nested(ApprovalOut), required=True)


def card_shown(row: Scorecard) -> dict[str, Any]:
    """A scorecard as it is answered."""
    names = (name for name in ScorecardOut._declared_fields if name != "ratings")
    ratings = sorted(row.ratings, key=lambda each: (each.question.position, each.competency))
    return {
        **{name: getattr(row, name) for name in names},
        "ratings": [{name: getattr(each, name) for name in RatingOut._declared_fields} for each in ratings],
    }


def comment_shown(row: Comment) -> dict[str, Any]:
    """A comment as it is answered."""
    return {name: getattr(row, name) for name in CommentOut._declared_fields}


def decision_shown(row: Decision) -> dict[str, Any]:
    """A decision as it is answered."""
    names = (name for name in DecisionOut._declared_fields if name != "approvals")
    return {**{name: getattr(row, name) for name in names}, "approvals": [_approval(each) for each in row.approvals]}


def _approval(row: Approval) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ApprovalOut._declared_fields}
