"""Interviews, answers and transcripts."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from marshmallow import fields, validate

from webapp.api.fields import Choice, Id, Moment, Text, Whole
from webapp.api.paging import Paged
from webapp.api.schemas.positions import StageOut
from webapp.interviews.models import Interview, InterviewState, Outcome
from webapp.positions.models import ReviewState
from webapp.questions.models import QuestionKind
from webapp.reviews import openings, presenters
from webapp.reviews.access import is_identity_hidden
from webapp.transcripts.models import Origin, Transcript


class InterviewOut(ma.Schema):
    """A candidate's interview. In blind review the name is null for those who are not to know it yet."""

    id = fields.String(required=True)
    invitation_id = fields.String(required=True)
    position_id = fields.String(required=True)
    question_set_id = fields.String(required=True)
    candidate_name = fields.String(required=True, allow_none=True)
    state = Choice(InterviewState, required=True)
    started_at = fields.DateTime(required=True)
    submitted_at = fields.DateTime(required=True, allow_none=True)
    review_state = Choice(ReviewState, required=True)
    stage = fields.Nested(StageOut, required=True, allow_none=True)
    outcome = Choice(Outcome, required=True, allow_none=True)
    consents = fields.List(fields.String(), required=True, metadata={"description": "What the candidate agreed to."})


class InterviewQuery(Paged):
    """Which interviews."""

    position_id = Id()
    state = Choice(InterviewState)
    review_state = Choice(ReviewState)
    submitted_since = Moment()


class RecordingOut(ma.Schema):
    """The recording of the take that counts."""

    id = fields.String(required=True)
    seconds = fields.Float(required=True, allow_none=True)
    has_video = fields.Boolean(required=True, allow_none=True)
    media_url = fields.String(required=True)


class AnswerOut(ma.Schema):
    """A question and what was answered to it, without anything that a model made of it."""

    id = fields.String(required=True, allow_none=True)
    question_id = fields.String(required=True)
    number = fields.Integer(required=True)
    kind = Choice(QuestionKind, required=True)
    prompt = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    recording = fields.Nested(RecordingOut, required=True, allow_none=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    opened = fields.Boolean(required=True, metadata={"description": "By the key's person; a decision needs it."})


class MoveTo(ma.Schema):
    """Where a candidate is moved: a state of review, or a stage of the position."""

    review_state = Choice(ReviewState)
    stage_id = Id()


class LineOut(ma.Schema):
    """A line of a transcript, and its seconds."""

    text = fields.String(required=True)
    start = fields.Float(required=True, allow_none=True)
    end = fields.Float(required=True, allow_none=True)


class TranscriptOut(ma.Schema):
    """What was said in a recording, as far as policy and consent let it be seen."""

    answer_id = fields.String(required=True)
    version = fields.Integer(required=True)
    origin = Choice(Origin, required=True)
    author_id = fields.String(required=True, allow_none=True)
    language = fields.String(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    lines = fields.List(fields.Nested(LineOut), required=True)


class Lines(ma.Schema):
    """The lines of `version`, corrected: as many as there are, an empty one for what was not said."""

    version = Whole(1, 100000, required=True)
    lines = fields.List(Text(2000), required=True, validate=validate.Length(min=1, max=5000))


class Words(ma.Schema):
    """What was said, as a person typed it."""

    text = Text(200000, shortest=1, lines=True, required=True)


class ReportOut(ma.Schema):
    """A report: what people said, what was answered, and the analyses that policy, consent and blind review let the
    key's person see at this moment."""

    class Meta:
        """Its parts are described in its `format`."""

        unknown = ma.INCLUDE

    format = fields.String(required=True)
    notice = fields.String(required=True)
    readings_hidden = fields.Boolean(required=True)
    interview = fields.Dict(keys=fields.String(), required=True)
    answers = fields.List(fields.Dict(keys=fields.String()), required=True)


def shown(user: Any, row: Interview) -> dict[str, Any]:
    """An interview as it is answered."""
    names = (name for name in InterviewOut._declared_fields if name not in ("consents", "candidate_name"))
    return {
        **{name: getattr(row, name) for name in names},
        "candidate_name": None if is_identity_hidden(user, row) else row.candidate_name,
        "consents": sorted(purpose.value for purpose in row.consented),
    }


def answers_shown(user: Any, row: Interview) -> list[dict[str, Any]]:
    """The answers of an interview."""
    opened = openings.opened_by(row, user)
    found = []
    for source in presenters.answers_of(row):
        recording, answer = source.recording, source.answer
        found.append(
            {
                "id": answer.id if answer else None,
                "question_id": source.question.id,
                "number": source.question.position,
                "kind": source.question.kind,
                "prompt": source.question.prompt,
                "text": source.text,
                "recording": recording
                and {
                    "id": recording.id,
                    "seconds": recording.seconds,
                    "has_video": recording.has_video,
                    "media_url": url_for("api.get_media", recording_id=recording.id),
                },
                "withdrawn_at": source.withdrawn_at,
                "opened": answer is not None and answer.id in opened,
            }
        )
    return found


def transcript_shown(row: Transcript) -> dict[str, Any]:
    """A transcript as it is answered."""
    words = row.words
    return {
        **{name: getattr(row, name) for name in ("answer_id", "version", "origin", "author_id", "created_at")},
        "language": words.language,
        "lines": [{"text": line.text, "start": line.start, "end": line.end} for line in words.lines()],
    }
