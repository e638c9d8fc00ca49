"""A report as one person may see it: the policy-filtered readings beside what was asked and answered (door 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from webapp.analysis.visible import VisibleReading, visible_readings
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Modality, Mode, all_allowed
from webapp.questions.models import Question
from webapp.recordings.models import Recording
from webapp.reports.content import answer_text, fingerprint
from webapp.reports.operations import report_of


@dataclass(frozen=True)
class AnswerView:
    """One question and everything about its answer. ``fused`` is the fused reading's JSON or None."""

    question: Question
    answer: Answer | None
    readings: dict[str, VisibleReading] = field(default_factory=dict)
    fused: dict[str, Any] | None = None
    #: What the fused reading was made of.
    fused_from: tuple[str, ...] = ()
    #: What the answer holds: the JSON of ml.content's reading; None where there is none or it may not be shown.
    content: dict[str, Any] | None = None
    #: The text that ``content`` is about, and why there is none.
    content_text: str | None = None
    content_reason: str | None = None

    @property
    def recording(self) -> Recording | None:
        """The recording of the take that counts."""
        take = self.answer.kept_take if self.answer else None
        return take.recording if take else None

    @property
    def text(self) -> str | None:
        """The words that were written, for a recorded question beside the recording or instead of it."""
        return self.answer.text if self.answer and (self.answer.text or "").strip() else None

    def result(self, modality: str) -> dict[str, Any] | None:
        """A modality's reading, if there is one to show."""
        reading = self.readings.get(modality)
        return reading.result if reading else None

    @property
    def seconds(self) -> float | None:
        """How long the recording is, by whoever says most."""
        said = [self.recording.seconds if self.recording else None]
        said += [reading.result.get("seconds") for reading in self.readings.values() if reading.result]
        return max((value for value in said if value), default=None)

    @property
    def fingerprint(self) -> str:
        """Changes when something that the page draws of the readings changes."""
        states = ",".join(f"{name}={reading.state}" for name, reading in self.readings.items())
        return f"{states},fused={self.fused is not None},content={self.content is not None}"


@dataclass(frozen=True)
class ReportView:
    """A whole report. ``emotions`` and ``traits`` sum up the interview; None where nothing may be or can be said."""

    interview: Interview
    answers: list[AnswerView]
    emotions: dict[str, Any] | None
    traits: dict[str, Any] | None
    built_at: datetime | None
    #: What raters would say: {reading or reason, modalities, answers}, or None.
    raters: dict[str, Any] | None = None
    #: False where the readings are kept from this person for now: no part of them is in here.
    machine: bool = True

    @property
    def readings(self) -> list[VisibleReading]:
        """The readings of all answers."""
        return [reading for answer in self.answers for reading in answer.readings.values()]

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return all(reading.finished for reading in self.readings)

    @property
    def not_analysed(self) -> list[tuple[str, str, list[int]]]:
        """What was not analysed: modality, reason, and the numbers of the questions that it holds for."""
        found: dict[tuple[str, str], list[int]] = {}
        for answer in self.answers:
            for name, reading in answer.readings.items():
                if reading.finished and reading.result is None:
                    found.setdefault((name, reading.reason or _("No reason was given.")), []).append(
                        answer.question.position
                    )
        return [(name, reason, positions) for (name, reason), positions in found.items()]

    @property
    def models(self) -> list[dict[str, str]]:
        """The model versions that made the readings shown, each once."""
        found = {}
        for reading in self.readings:
            if reading.result:
                model = reading.result["model"]
                found[(model["name"], model["version"], model["sha256"])] = model
        more = [answer.content for answer in self.answers] + [(self.raters or {}).get("reading")]
        for model in (reading["model"] for reading in more if reading):
            found[(model["name"], model["version"], model["sha256"])] = model
        return [found[key] for key in sorted(found)]


def view_of(interview: Interview, *, machine: bool = True) -> ReportView:
    """Gather the report of ``interview``. Only what the policy allows at this moment gets in.

    Without ``machine`` nothing of what the models made of it does (webapp/reviews/access.py says when).
    """
    readings = visible_readings(interview) if machine else {}
    report = report_of(interview) if machine else None
    body = report.body if report else {}
    answers = {answer.question_id: answer for answer in interview.answers}
    views = []
    # Until somebody hands in their answers they may still change or drop them: nobody else looks at them before.
    submitted = interview.state is InterviewState.SUBMITTED
    for question in interview.question_set.questions if submitted else ():
        answer = answers.get(question.id)
        by_modality = readings.get(answer.id, {}) if answer else {}
        fused, fused_from = _fused(interview, body, answer, by_modality)
        named = {modality.value: reading for modality, reading in by_modality.items()}
        views.append(AnswerView(question, answer, named, fused, fused_from, **_content(interview, body, answer)))
    return ReportView(
        interview,
        views,
        _allowed(interview, body.get("emotions"), "distribution"),
        _allowed(interview, body.get("traits"), "traits"),
        report.built_at if report else None,
        _raters(interview, body.get("raters")),
        machine,
    )


def _fused(
    interview: Interview, body: dict[str, Any], answer: Answer | None, readings: dict[Modality, VisibleReading]
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The stored fusion and its modalities, if all of them may be shown and are still there."""
    stored = body.get("answers", {}).get(answer.id) if answer else None
    there = {modality.value for modality, reading in readings.items() if reading.result}
    if stored and all_allowed(interview, stored["modalities"]) and there.issuperset(stored["modalities"]):
        return stored["fused"], tuple(stored["modalities"])
    return None, ()


def _content(interview: Interview, body: dict[str, Any], answer: Answer | None) -> dict[str, Any]:
    """What an answer holds, if words may be read and these are still its words. A candidate never sees the rubric."""
    stored = (body.get("content") or {}).get(answer.id) if answer else None
    if answer is None or not stored or not all_allowed(interview, stored["modalities"]):
        return {}
    text = answer_text(answer)
    if text is None or fingerprint(text) != stored["text"]:
        return {}
    reading = stored.get("reading")
    if reading and interview.mode is Mode.PRACTICE:
        reading = {**reading, "points": []}
    return {"content": reading, "content_text": text, "content_reason": stored.get("reason")}


def _raters(interview: Interview, part: dict[str, Any] | None) -> dict[str, Any] | None:
    """What raters would say, if it may be shown. How excited somebody sounds is no business of an employer."""
    if not part or not all_allowed(interview, part["modalities"]):
        return None
    if interview.mode is Mode.PRACTICE or "reading" not in part:
        return part
    reading = part["reading"]
    ratings = {name: value for name, value in reading["ratings"].items() if name == "overall"}
    return {**part, "reading": {**reading, "ratings": ratings, "invite": None}}


def _allowed(interview: Interview, part: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    return part if part and part.get(key) and all_allowed(interview, part["modalities"]) else None
