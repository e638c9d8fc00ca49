"""A report as one person may see it: the policy-filtered readings beside the answers (policy check 2)."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from ml.core.readings import ContentReading, FusedReading, ModelVersion
from webapp.analysis.visible import VisibleReading, visible_readings
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Modality, Mode, all_allowed
from webapp.reports.content import ContentPart, RatersPart, answer_text, fingerprint
from webapp.reports.operations import report_of
from webapp.reports.summary import EmotionSummary, TraitSummary
from webapp.reviews.presenters import AnswerSource
from webapp.transcripts import store


@dataclass(frozen=True)
class AnswerView(AnswerSource):
    """One question and everything about its answer."""

    readings: dict[str, VisibleReading] = field(default_factory=dict)
    fused: FusedReading | None = None
    #: What the fused reading was made of.
    fused_from: tuple[str, ...] = ()
    #: What the answer holds; None where there is none or it may not be shown.
    content: ContentReading | None = None
    #: The text that ``content`` is about, and why there is none.
    content_text: str | None = None
    content_reason: str | None = None

    def result(self, modality: str) -> Any:
        """The face's, voice's or words' reading; None where there is none to be seen."""
        reading = self.readings.get(modality)
        return reading.result if reading else None

    @property
    def seconds(self) -> float | None:
        """How long the recording is, by whoever says most."""
        said = [self.recording.seconds if self.recording else None]
        said += [getattr(reading.result, "seconds", None) for reading in self.readings.values()]
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
    emotions: EmotionSummary | None
    traits: TraitSummary | None
    built_at: datetime | None
    #: What raters would say, or None.
    raters: RatersPart | None = None
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
    def models(self) -> list[ModelVersion]:
        """The model versions that made the readings shown, each once."""
        shown: list[Any] = [reading.result for reading in self.readings]
        shown += [answer.content for answer in self.answers] + [self.raters.reading if self.raters else None]
        return sorted({reading.model for reading in shown if reading}, key=astuple)


def view_of(interview: Interview, *, machine: bool = True, own_guide: bool = False) -> ReportView:
    """Gather the report of ``interview``. Only what the policy allows at this moment gets in.

    Without ``machine`` nothing of what the models made of it does (webapp/reviews/access.py says when). With
    ``own_guide`` the points of the scoring guide are no secret from who practises: nobody is ever scored by it.
    """
    readings = visible_readings(interview) if machine else {}
    report = report_of(interview) if machine else None
    body = report.body if report else {}
    answers = {answer.question_id: answer for answer in interview.answers}
    views = []
    # Until somebody hands in their answers they may still change or drop them: nobody else looks at them before.
    submitted = interview.state is InterviewState.SUBMITTED
    if submitted:
        store.load_all(interview)
    for question in interview.question_set.questions if submitted else ():
        answer = answers.get(question.id)
        by_modality = readings.get(answer.id, {}) if answer else {}
        fused, fused_from = _fused(interview, body, answer, by_modality)
        named = {modality.value: reading for modality, reading in by_modality.items()}
        views.append(
            AnswerView(question, answer, named, fused, fused_from, **_content(interview, body, answer, own_guide))
        )
    return ReportView(
        interview,
        views,
        _emotions(interview, body.get("emotions")),
        _traits(interview, body.get("traits")),
        report.built_at if report else None,
        _raters(interview, body.get("raters")),
        machine,
    )


def _fused(
    interview: Interview, body: dict[str, Any], answer: Answer | None, readings: dict[Modality, VisibleReading]
) -> tuple[FusedReading | None, tuple[str, ...]]:
    """The stored fusion and its modalities, if all of them may be shown and are still there."""
    stored = body.get("answers", {}).get(answer.id) if answer else None
    there = {modality.value for modality, reading in readings.items() if reading.result}
    if stored and all_allowed(interview, stored["modalities"]) and there.issuperset(stored["modalities"]):
        return FusedReading.from_json(stored["fused"]), tuple(stored["modalities"])
    return None, ()


def _content(
    interview: Interview, body: dict[str, Any], answer: Answer | None, own_guide: bool = False
) -> dict[str, Any]:
    """What an answer holds, if words may be read and these are still its words. A candidate never sees the rubric of
    questions that anybody is invited to answer."""
    stored = (body.get("content") or {}).get(answer.id) if answer else None
    if answer is None or not stored:
        return {}
    part, text = ContentPart.from_json(stored), answer_text(answer)
    if not all_allowed(interview, part.modalities) or text is None or fingerprint(text) != part.text:
        return {}
    reading = part.reading
    if reading and interview.mode is Mode.PRACTICE and not own_guide:
        reading = replace(reading, points=[])
    return {"content": reading, "content_text": text, "content_reason": part.reason}


def _raters(interview: Interview, stored: dict[str, Any] | None) -> RatersPart | None:
    """What raters would say, if it may be shown. How excited somebody sounds is no business of an employer."""
    part = RatersPart.from_json(stored) if stored else None
    if part is None or not all_allowed(interview, part.modalities):
        return None
    if interview.mode is Mode.PRACTICE or part.reading is None:
        return part
    ratings = {name: value for name, value in part.reading.ratings.items() if name == "overall"}
    return replace(part, reading=replace(part.reading, ratings=ratings, invite=None))


def _emotions(interview: Interview, stored: dict[str, Any] | None) -> EmotionSummary | None:
    part = EmotionSummary.from_json(stored) if stored else None
    return part if part and part.distribution and all_allowed(interview, part.modalities) else None


def _traits(interview: Interview, stored: dict[str, Any] | None) -> TraitSummary | None:
    part = TraitSummary.from_json(stored) if stored else None
    return part if part and part.traits and all_allowed(interview, part.modalities) else None
