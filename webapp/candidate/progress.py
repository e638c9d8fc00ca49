"""How far a candidate is: where to go next, and the state of every answer in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.candidate import operations
from webapp.core.pages import clock
from webapp.interviews.answering import is_over
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.notices import operations as notices
from webapp.policy import Purpose
from webapp.questions.models import Question
from webapp.recordings.models import RecordingState
from webapp.recordings.takes import counted_takes


@dataclass(frozen=True)
class Place:
    """A page to go to, and what its link says."""

    url: str
    label: str


@dataclass(frozen=True)
class Row:
    """One question on the review page. ``state`` is answered, saving or open."""

    question: Question
    answer: Answer | None
    state: str
    detail: str

    @property
    def cut_short(self) -> bool:
        """Whether the take that would be submitted breaks off."""
        take = self.answer.kept_take if self.answer else None
        return take is not None and take.is_cut_short


def duration_minutes(questions: Sequence[Question]) -> int:
    """How long answering takes at most, in whole minutes."""
    return max(1, math.ceil(sum(question.think_seconds + question.limit_seconds for question in questions) / 60))


def duration(seconds: int) -> str:
    """A length of time in words: "30 seconds", "2 minutes", "1 minute 30 seconds"."""
    minutes, rest = divmod(seconds, 60)
    parts = [ngettext("%(num)s minute", "%(num)s minutes", minutes)] if minutes else []
    if rest or not minutes:
        parts.append(ngettext("%(num)s second", "%(num)s seconds", rest))
    return " ".join(parts)


def next_place(interview: Interview, *, check_devices: bool = False) -> Place:
    """Where to go on: consent, the device check (only if asked for and of use), the first open question, or review."""
    if not operations.has_decided(interview):
        return Place(url_for("candidate.consent", interview_id=interview.id), _("Start"))
    if notices.to_sign(interview):
        return Place(url_for("candidate.sign", interview_id=interview.id), _("Read and sign"))
    questions = interview.question_set.questions
    if check_devices and records(interview) and any(question.is_recorded for question in questions):
        return Place(url_for("candidate.check", interview_id=interview.id), _("Check camera and microphone"))
    rows = overview(interview)
    for row in rows:
        if _broke_off(row.answer):
            label = _(
                "Go back to question %(position)s: its recording broke off before all of it was saved",
                position=row.question.position,
            )
            return Place(question_url(interview, row.question), label)
        if row.state == "open" and row.question.follows_id is None:
            label = (
                _("Go to the first question")
                if row is rows[0]
                else _("Continue with question %(position)s", position=row.question.position)
            )
            return Place(question_url(interview, row.question), label)
    return Place(url_for("candidate.review", interview_id=interview.id), _("Review and submit"))


def _broke_off(answer: Answer | None) -> bool:
    """Whether a recording of ``answer`` has begun to arrive and is not whole: its page has the rest, or asks for it."""
    takes = counted_takes(answer) if answer else []
    return any(take.recording and take.recording.state is RecordingState.RECEIVING for take in takes)


def records(interview: Interview) -> bool:
    """Whether the candidate agreed to be recorded."""
    return Purpose.RECORDING in interview.consented


def question_url(interview: Interview, question: Question) -> str:
    """The address of a question's page."""
    return url_for("candidate.question", interview_id=interview.id, position=question.position)


def overview(interview: Interview) -> list[Row]:
    """Every question of the interview with the state of its answer."""
    answers = {answer.question_id: answer for answer in interview.answers}
    may_answer = interview.state is InterviewState.OPEN and not is_over(interview)
    missing = _("Not answered yet") if may_answer else _("Not answered")
    return [_row(question, answers.get(question.id), missing) for question in interview.questions]


def _row(question: Question, answer: Answer | None, missing: str) -> Row:
    if answer is None:
        return Row(question, None, "open", missing)
    states = {take.recording.state for take in counted_takes(answer) if take.recording}
    if states & {RecordingState.RECEIVING, RecordingState.VERIFYING}:
        return Row(question, answer, "saving", _("A recording is still being saved"))
    words = len((answer.text or "").split())
    written = ngettext("%(num)s word written", "%(num)s words written", words)
    take = answer.kept_take
    if take is not None and take.recording is not None:
        takes = len(counted_takes(answer))
        details = [_("Recorded, %(length)s long", length=clock(take.recording.seconds or 0))]
        if take.is_cut_short:
            details.append(_("this take was interrupted"))
        if takes > 1:
            details.append(ngettext("the take you chose of %(num)s", "the take you chose of %(num)s", takes))
        if words:
            details.append(written)
        return Row(question, answer, "answered", "; ".join(details))
    if words:
        return Row(question, answer, "answered", written)
    if answer.withdrawn_at is not None:
        return Row(question, answer, "open", _("You withdrew your recording"))
    return Row(question, answer, "open", missing)
