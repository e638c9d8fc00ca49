"""Interviews, their answers, recordings, transcripts and reports."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from flask_babel import gettext as _

from webapp.api.framework import me, operation
from webapp.api.paging import page, page_of, whole
from webapp.api.schemas.interviews import (
    AnswerOut,
    InterviewOut,
    InterviewQuery,
    Lines,
    MoveTo,
    ReportOut,
    TranscriptOut,
    Words,
    answers_shown,
    shown,
    transcript_shown,
)
from webapp.api.scopes import Scope
from webapp.core.database import db
from webapp.interviews import pipeline
from webapp.interviews.access import load_interview, may_decide, may_view
from webapp.interviews.models import Interview
from webapp.interviews.operations import interviews_of
from webapp.policy import Mode
from webapp.positions.models import Stage
from webapp.recordings.views.playback import play
from webapp.reports.views.report import report_of
from webapp.reviews import openings
from webapp.reviews.access import is_identity_hidden, load_for_review
from webapp.transcripts import operations as transcripts
from webapp.transcripts import store
from webapp.transcripts.models import Transcript
from webapp.transcripts.views.transcript import captions, load_answer

TAG = "Interviews"
READ, WRITE = Scope.INTERVIEWS_READ, Scope.INTERVIEWS_WRITE
_ONE = "/interviews/<id:interview_id>"
_TRANSCRIPT = "/answers/<id:answer_id>/transcript"
MEDIA = ("video/webm", "video/mp4", "video/x-matroska", "video/quicktime", "audio/webm", "audio/mp4", "audio/ogg",
         "audio/mpeg", "audio/wav", "audio/x-wav", "audio/flac", "application/octet-stream")  # fmt: skip


def _shown(row: Interview) -> dict[str, Any]:
    return shown(me(), row)


INTERVIEW: Any = {"answers": InterviewOut, "show": _shown}
TRANSCRIPT: Any = {"answers": TranscriptOut, "show": transcript_shown}


def _interview(interview_id: str) -> Interview:
    """An assessment; what somebody practises is nobody's business, not even through their own key."""
    row = load_interview(interview_id)
    return row if row.mode is Mode.ASSESSMENT else abort(404)


@operation("GET", "/interviews", TAG, scope=READ, query=InterviewQuery, answers=page_of(InterviewOut))
def list_interviews(query: dict[str, Any]) -> Any:
    """List interviews

    By when they were begun, the newest first. There is no order by what a model said."""
    found = interviews_of(me())
    for name in ("position_id", "state", "review_state"):
        if name in query:
            found = found.where(getattr(Interview, name) == query[name])
    if "submitted_since" in query:
        found = found.where(Interview.submitted_at >= query["submitted_since"])
    return page(found, Interview.started_at, Interview.id, query, lambda rows: [_shown(row) for row in rows])


@operation("GET", _ONE, TAG, scope=READ, **INTERVIEW)
def get_interview(interview_id: str) -> Interview:
    """Read an interview"""
    return _interview(interview_id)


@operation("GET", f"{_ONE}/answers", TAG, scope=READ, answers=page_of(AnswerOut))
def list_answers(interview_id: str) -> Any:
    """List the answers of an interview that was submitted"""
    return whole(answers_shown(me(), load_for_review(interview_id, may_view)))


@operation("POST", f"{_ONE}/answers/<id:answer_id>/opened", TAG, scope=Scope.REVIEWS_WRITE, status=204)
def note_answer_opened(interview_id: str, answer_id: str) -> None:
    """Note that the key's person has played or read an answer

    A decision is for people who have; say so only where they really had it before them."""
    interview = load_for_review(interview_id, may_view)
    answer = next((each for each in interview.answers if each.id == answer_id), None) or abort(404)
    openings.note_opened(answer, me())


@operation("POST", f"{_ONE}/move", TAG, scope=WRITE, body=MoveTo, **INTERVIEW)
def move_interview(body: dict[str, Any], interview_id: str) -> Interview:
    """Move a candidate to a state of review, or to a stage of the position"""
    row = _interview(interview_id)
    if not may_decide(me(), row):
        abort(403)
    if len(body) != 1:
        abort(422, _("Say either review_state or stage_id."))
    stage = db.session.get(Stage, body["stage_id"]) if "stage_id" in body else None
    if "stage_id" in body and stage is None:
        abort(422, _("There is no such stage."))
    pipeline.move(row, stage or body["review_state"], by=me())
    return row


@operation("GET", f"{_ONE}/report", TAG, scope=READ, answers=ReportOut)
def get_report(interview_id: str) -> Any:
    """Read an interview's report

    The analyses are in it once policy, consent and blind review let the key's person see them."""
    row = _interview(interview_id)
    if is_identity_hidden(me(), row):
        abort(403, _("This is a blind review: submit your scorecard first."))
    return report_of(row)


@operation(
    "GET", "/recordings/<id:recording_id>/media", TAG, scope=READ,
    content={200: MEDIA, 206: MEDIA, 304: ()},
)  # fmt: skip
def get_media(recording_id: str) -> Response:
    """Play or download a recording, whole or in ranges"""
    return play(recording_id=recording_id)


@operation("GET", _TRANSCRIPT, TAG, scope=READ, **TRANSCRIPT)
def get_transcript(answer_id: str) -> Transcript:
    """Read the transcript of an answer"""
    return store.visible(load_answer(answer_id)) or abort(404)


@operation("POST", _TRANSCRIPT, TAG, scope=WRITE, body=Words, status=201, **TRANSCRIPT)
def write_transcript(body: dict[str, Any], answer_id: str) -> Transcript:
    """Write the transcript of an answer"""
    return transcripts.give(load_answer(answer_id, to_change=True), me(), body["text"], uploaded=False)


@operation("PUT", _TRANSCRIPT, TAG, scope=WRITE, body=Lines, **TRANSCRIPT)
def correct_transcript(body: dict[str, Any], answer_id: str) -> Transcript:
    """Correct the lines of a transcript

    Refused where somebody else has changed it since `version`."""
    return transcripts.correct(load_answer(answer_id, to_change=True), me(), body["version"], body["lines"])


@operation("GET", "/answers/<id:answer_id>/captions.vtt", TAG, scope=READ, content={200: ("text/vtt",)})
def get_captions(answer_id: str) -> Response:
    """Read the transcript of an answer as captions (WebVTT)"""
    return captions(answer_id=answer_id)
