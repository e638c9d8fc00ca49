"""Scorecards, comments and decisions: what people say. Others' words show once one's own scorecard is in."""

from __future__ import annotations

from typing import Any

from flask import abort

from webapp.api.framework import me, operation
from webapp.api.paging import page_of, whole
from webapp.api.schemas.reviews import (
    ApprovalIn,
    CommentChange,
    CommentIn,
    CommentOut,
    DecisionIn,
    DecisionOut,
    ScorecardIn,
    ScorecardOut,
    card_shown,
    comment_shown,
    decision_shown,
)
from webapp.api.scopes import Scope
from webapp.interviews.access import may_decide, may_view
from webapp.interviews.models import Interview
from webapp.questions.models import Question
from webapp.reviews import comments, deciding, operations
from webapp.reviews.access import load_for_review, may_see_readings, may_see_scorecards
from webapp.reviews.comment_models import Comment
from webapp.reviews.comments import Place
from webapp.reviews.models import Decision, Scorecard
from webapp.reviews.operations import Given
from webapp.reviews.views.decisions import load_decision
from webapp.workspace.presenters import question_of, threads_for

TAG = "Reviews"
READ, WRITE = Scope.REVIEWS_READ, Scope.REVIEWS_WRITE
_ONE = "/interviews/<id:interview_id>"
_CARD = f"{_ONE}/scorecard"
CARD: Any = {"answers": ScorecardOut, "show": card_shown}
COMMENT: Any = {"answers": CommentOut, "show": comment_shown}
DECISION: Any = {"answers": DecisionOut, "show": decision_shown}


@operation("GET", _CARD, TAG, scope=READ, **CARD)
def get_scorecard(interview_id: str) -> Scorecard:
    """Read the newest version of one's own scorecard"""
    return operations.latest(load_for_review(interview_id), me()) or abort(404)


@operation("PUT", _CARD, TAG, scope=WRITE, body=ScorecardIn, **CARD)
def save_scorecard(body: dict[str, Any], interview_id: str) -> Scorecard:
    """Keep scores and notes in the draft of one's own scorecard"""
    given = {each["question_id"]: Given(each["score"], each["note"], each["scores"]) for each in body["ratings"]}
    return operations.save(load_for_review(interview_id), me(), given, body["summary"])


@operation("POST", f"{_CARD}/submit", TAG, scope=WRITE, **CARD)
def submit_scorecard(interview_id: str) -> Scorecard:
    """Submit one's own scorecard for good"""
    card = operations.latest(load_for_review(interview_id), me()) or abort(404)
    operations.submit(card)
    return card


@operation("POST", f"{_CARD}/skip", TAG, scope=WRITE, **CARD)
def skip_scorecard(interview_id: str) -> Scorecard:
    """Go without a scorecard, which everybody sees"""
    return operations.skip(load_for_review(interview_id), me())


@operation("POST", f"{_CARD}/new-version", TAG, scope=WRITE, status=201, **CARD)
def take_up_scorecard(interview_id: str) -> Scorecard:
    """Begin the next version of one's submitted scorecard"""
    return operations.take_up(load_for_review(interview_id), me())


@operation("GET", f"{_ONE}/scorecards", TAG, scope=READ, answers=page_of(ScorecardOut))
def list_scorecards(interview_id: str) -> Any:
    """List everybody's submitted scorecards

    None of them until one's own is in, or people have decided."""
    interview = load_for_review(interview_id, may_view)
    rows = operations.submitted(interview) if may_see_scorecards(me(), interview) else []
    return whole([card_shown(row) for row in rows])


def _answer(interview_id: str, number: int) -> tuple[Interview, Question]:
    interview = load_for_review(interview_id)
    return interview, question_of(interview, number) or abort(404)


@operation("GET", f"{_ONE}/answers/<int:number>/comments", TAG, scope=READ, answers=page_of(CommentOut))
def list_comments(interview_id: str, number: int) -> Any:
    """List the comments on an answer

    One's own alone until one's scorecard is in."""
    threads = threads_for(*_answer(interview_id, number), me())
    everybody = may_see_readings(me(), threads[0].interview) if threads else False
    rows = [each for row in threads for each in (row, *row.replies) if everybody or each.author_id == me().id]
    return whole([comment_shown(row) for row in rows])


@operation("POST", f"{_ONE}/answers/<int:number>/comments", TAG, scope=WRITE, body=CommentIn, status=201, **COMMENT)
def add_comment(body: dict[str, Any], interview_id: str, number: int) -> Comment:
    """Comment on an answer; `@Name` tells a colleague"""
    interview, question = _answer(interview_id, number)
    parent = _comment(interview, body["parent_id"]) if "parent_id" in body else None
    place = Place(body.get("at"), body.get("until"), body["quote"])
    return comments.add(interview, question, body["text"], by=me(), place=place, parent=parent)


def _comment(interview: Interview, comment_id: str) -> Comment:
    """A comment that the person may see."""
    row = comments.comment_of(interview, comment_id) or abort(404)
    if row.author_id != me().id and not may_see_readings(me(), interview):
        abort(404)
    return row


@operation("PATCH", f"{_ONE}/comments/<id:comment_id>", TAG, scope=WRITE, body=CommentChange, **COMMENT)
def change_comment(body: dict[str, Any], interview_id: str, comment_id: str) -> Comment:
    """Resolve a thread of comments, or open it again"""
    row = _comment(load_for_review(interview_id), comment_id)
    comments.resolve(row, by=me(), resolved=body["resolved"])
    return row


@operation("DELETE", f"{_ONE}/comments/<id:comment_id>", TAG, scope=WRITE, status=204)
def delete_comment(interview_id: str, comment_id: str) -> None:
    """Delete one's own comment"""
    comments.delete(_comment(load_for_review(interview_id), comment_id), by=me())


@operation("GET", f"{_ONE}/decisions", TAG, scope=READ, answers=page_of(DecisionOut))
def list_decisions(interview_id: str) -> Any:
    """List the decisions on an interview

    The newest first, with the proposal that waits for approval. None of them until one's own scorecard is in."""
    interview = load_for_review(interview_id, may_view)
    if not may_see_readings(me(), interview):
        return whole([])
    proposal = deciding.proposal_of(interview)
    rows = [*([proposal] if proposal else []), *deciding.decisions_of(interview), *deciding.returned_of(interview)]
    return whole([decision_shown(row) for row in rows])


@operation("POST", f"{_ONE}/decisions", TAG, scope=Scope.DECISIONS_WRITE, body=DecisionIn, status=201, **DECISION)
def decide(body: dict[str, Any], interview_id: str) -> Decision:
    """Decide on a candidate

    For people who have opened every answer and submitted a scorecard of their own; final, or proposed where somebody
    must approve it."""
    return deciding.decide(load_for_review(interview_id, may_decide), body["outcome"], body["reason"], by=me())


@operation(
    "POST", f"{_ONE}/decisions/<id:decision_id>/approval", TAG, scope=Scope.DECISIONS_WRITE, body=ApprovalIn, **DECISION
)
def approve_decision(body: dict[str, Any], interview_id: str, decision_id: str) -> Decision:
    """Approve a proposed decision, or return it"""
    row = load_decision(interview_id, decision_id, may_decide)
    deciding.approve(row, body["approved"], body["note"], by=me())
    return row
