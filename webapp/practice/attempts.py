"""Attempts at the same practice beside each other: what the analyses say of each, and why one says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from ml.core.readings import SpeechReading
from webapp.core.database import db
from webapp.core.translation import translate_stored
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Mode
from webapp.practice.next_step import Attempt, Step, choose
from webapp.practice.questions import LINEAGE
from webapp.questions.models import Question, QuestionSet
from webapp.reports.feedback import asks_for_a_story
from webapp.reports.view import AnswerView, view_of

#: So many attempts are compared: the newest ones.
MOST = 4


@dataclass(frozen=True)
class Tried:
    """One answer: what the analyses say of it, and what they do not, as sentences."""

    interview: Interview
    attempt: Attempt
    missing: tuple[str, ...] = ()


@dataclass
class Compared:
    """One question with its attempts, the oldest first."""

    question: Question
    tried: list[Tried] = field(default_factory=list)

    @property
    def has_points(self) -> bool:
        """Whether points of evidence were looked for in any of them."""
        return any(each.attempt.points for each in self.tried)

    @property
    def has_delivery(self) -> bool:
        """Whether anything is known of how any of them was said."""
        known = (each.attempt for each in self.tried)
        return any(one.pace is not None or one.clearness is not None or one.longest_pause is not None for one in known)

    @property
    def has_words(self) -> bool:
        """Whether anything is known of the words of any of them."""
        return any(each.attempt.told is not None for each in self.tried)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Why something is not known, each reason once, with the numbers of the attempts that it holds for."""
        found: dict[str, list[str]] = {}
        for number, each in enumerate(self.tried, 1):
            for reason in each.missing:
                found.setdefault(reason, []).append(str(number))
        return [(", ".join(numbers), reason) for reason, numbers in found.items()]


@dataclass(frozen=True)
class Comparison:
    """Everything of the page: the interviews, the oldest first, the questions of the newest, and the one step."""

    interviews: list[Interview]
    questions: list[Compared]
    step: Step

    @property
    def about(self) -> Compared | None:
        """The question that the step is about."""
        return next((each for each in self.questions if each.question.prompt == self.step.question), None)


def attempts_until(interview: Interview) -> list[Interview]:
    """The candidate's submitted attempts at the same questions up to ``interview``, the newest MOST, oldest first."""
    query = (
        sa.select(Interview)
        .join(Interview.question_set)
        .where(
            Interview.mode == Mode.PRACTICE,
            Interview.candidate_id == interview.candidate_id,
            Interview.state == InterviewState.SUBMITTED,
            QuestionSet.lineage == interview.question_set.lineage,
            Interview.submitted_at <= interview.submitted_at,
        )
        .order_by(Interview.submitted_at.desc(), Interview.id)
        .limit(MOST)
    )
    return list(db.session.scalars(query))[::-1]


def compare(interview: Interview) -> Comparison:
    """``interview`` beside the attempts before it. It must be submitted.

    Questions are the same where their words are.
    """
    interviews = attempts_until(interview)
    compared = {question.prompt: Compared(question) for question in interview.question_set.questions}
    rounds: list[dict[str, Attempt]] = []
    for each in interviews:
        # Nobody is ever scored by the guide of the built-in questions; that of others is not shown to candidates.
        views = view_of(each, own_guide=each.question_set.lineage == LINEAGE).answers
        found = {view.question.prompt: tried(each, view) for view in views if view.question.prompt in compared}
        for prompt, question in compared.items():
            question.tried.append(found.get(prompt) or Tried(each, Attempt(), (_("It was not asked."),)))
        rounds.append({prompt: found[prompt].attempt for prompt in compared if prompt in found})
    return Comparison(interviews, list(compared.values()), choose(rounds))


def tried(interview: Interview, view: AnswerView) -> Tried:
    """What the analyses say of one answer."""
    if view.answer is None:
        return Tried(interview, Attempt(), (_("There is no answer."),))
    speech = view.result("speech")
    delivery, quality = (speech.delivery, speech.quality) if isinstance(speech, SpeechReading) else ({}, {})
    content = view.content
    habits = content.habits if content else {}
    return Tried(
        interview,
        Attempt(
            story=asks_for_a_story(view.question.prompt),
            words=habits.get("words"),
            told=frozenset(part["part"] for part in content.parts) if content else None,
            points=tuple((point["point"], point["found"]) for point in content.points) if content else (),
            pace=delivery.get("syllables_per_second"),
            pauses_per_minute=delivery.get("pauses_per_minute"),
            longest_pause=delivery.get("longest_pause_seconds"),
            clearness=quality.get("speech_over_noise_db"),
            fillers=habits.get("fillers"),
            hedges=habits.get("hedges"),
            vague=habits.get("vague"),
        ),
        tuple(_missing(view)),
    )


def _missing(view: AnswerView) -> Sequence[str]:
    found = []
    if view.question.is_recorded and view.result("speech") is None:
        found.append(_("Voice: %(reason)s", reason=_why(view, "speech", None)))
    if view.content is None and not view.question.is_given:
        found.append(_("Words: %(reason)s", reason=_why(view, "text", view.content_reason)))
    return found


def _why(view: AnswerView, modality: str, reason: str | None) -> str:
    """Why ``modality`` says nothing of an answer, in the reader's language."""
    reading = view.readings.get(modality)
    if reading is not None and not reading.finished:
        return _("still being analysed.")
    if reason := reason or (reading.reason if reading else None):
        return str(translate_stored(reason))
    return _("not analysed.")
