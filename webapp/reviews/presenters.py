"""What was asked and what was answered, without anything that a model made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.interviews.models import Answer, Interview
from webapp.questions.models import Question
from webapp.recordings.models import Recording


@dataclass(frozen=True)
class AnswerSource:
    """One question and what the candidate gave to it."""

    question: Question
    answer: Answer | None

    @property
    def recording(self) -> Recording | None:
        """The recording of the take that counts."""
        take = self.answer.kept_take if self.answer else None
        return take.recording if take else None

    @property
    def withdrawn_at(self) -> datetime | None:
        """When the candidate withdrew what they had recorded; None where they did not."""
        return self.answer.withdrawn_at if self.answer else None

    @property
    def text(self) -> str | None:
        """The words that were written, for a recorded question beside the recording or instead of it."""
        return self.answer.written if self.answer else None


def answers_of(interview: Interview) -> list[AnswerSource]:
    """Every question of a submitted interview with its answer, in order."""
    answers = {answer.question_id: answer for answer in interview.answers}
    return [AnswerSource(question, answers.get(question.id)) for question in interview.questions]
