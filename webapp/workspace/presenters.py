"""One answer as its reviewer sees it, and how far their review is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from webapp.accounts.models import User
from webapp.interviews.models import Interview
from webapp.questions.guide import Competency, ScoringGuide, guide_of
from webapp.questions.models import Question
from webapp.reviews import comments, openings, operations, presenters, scoring
from webapp.reviews.access import Review, may_see_readings, review_of
from webapp.reviews.comment_models import Comment
from webapp.reviews.formatting import ANCHORS
from webapp.reviews.models import Scorecard, ScorecardState
from webapp.reviews.presenters import AnswerSource
from webapp.transcripts import store
from webapp.workspace import timeline


@dataclass(frozen=True)
class Step:
    """One answer in the row of all: what leads to it, and whether it was opened and scored."""

    number: int
    question: Question
    given: bool
    opened: bool
    rated: bool


@dataclass(frozen=True)
class Progress:
    """How far one reviewer is with one interview."""

    interview: Interview
    reviewer: User
    card: Scorecard | None
    #: The ids of the answers that they have opened.
    opened: set[str]

    @property
    def editable(self) -> bool:
        """Whether scores can be changed: until the newest version is submitted."""
        return self.card is None or self.card.state is not ScorecardState.SUBMITTED

    @cached_property
    def steps(self) -> list[Step]:
        """All answers, in order."""
        answers = {answer.question_id: answer for answer in self.interview.answers if answer.is_given}
        unrated = {question.id for question in scoring.missing(self.card, self.interview)}
        found = []
        for number, question in enumerate(self.interview.questions, 1):
            answer = answers.get(question.id)
            opened = answer is not None and answer.id in self.opened
            found.append(Step(number, question, answer is not None, opened, question.id not in unrated))
        return found

    @property
    def unopened(self) -> list[int]:
        """The numbers of the answers that were not opened yet."""
        return [step.number for step in self.steps if step.given and not step.opened]

    @property
    def unrated(self) -> list[int]:
        """The numbers of the answers that have neither all scores nor a note."""
        return [step.number for step in self.steps if not step.rated]

    @property
    def ready(self) -> bool:
        """Whether all was opened and scored."""
        return not self.unopened and not self.unrated


def progress_of(interview: Interview, reviewer: User) -> Progress:
    """How far ``reviewer`` is with ``interview``."""
    card = operations.latest(interview, reviewer)
    return Progress(interview, reviewer, card, openings.opened_by(interview, reviewer))


@dataclass(frozen=True)
class Scored:
    """One competency of the present answer: what it means, and what was given for it."""

    competency: Competency
    score: int | None
    #: Per colleague name and score; empty until one's own scorecard is in.
    others: list[tuple[str, int]]

    @property
    def levels(self) -> dict[int, str]:
        """What each level means: the guide's words, else the general ones."""
        return {level: self.competency.levels.get(level) or str(words) for level, words in ANCHORS.items()}


@dataclass(frozen=True)
class AnswerPage:
    """Answer ``number`` (from 1) of an interview."""

    number: int
    source: AnswerSource
    progress: Progress
    review: Review | None

    @property
    def question(self) -> Question:
        """What was asked."""
        return self.source.question

    @property
    def guide(self) -> ScoringGuide:
        """What it is scored for."""
        return guide_of(self.question)

    @property
    def scored(self) -> list[Scored]:
        """Each competency with its score."""
        mine, review = self.progress.card, self.review
        given = scoring.scores_of(mine, self.question)
        cards = [card for card in review.scorecards if card is not mine] if review else []
        found = []
        for one in self.guide.competencies:
            ratings = [(card.reviewer.name, card.rating_of(self.question, one.key)) for card in cards
                       if card.reviewer_id != self.progress.reviewer.id]  # fmt: skip
            others = [(name, rating.score) for name, rating in ratings if rating and rating.score]
            found.append(Scored(one, given[one.key], others))
        return found

    @property
    def note(self) -> str:
        """The reviewer's own note on the answer."""
        return scoring.note_of(self.progress.card, self.question)

    @cached_property
    def threads(self) -> list[Comment]:
        """The comments that the reviewer may see now."""
        return threads_for(self.progress.interview, self.question, self.progress.reviewer)

    @property
    def pace(self) -> list[timeline.Row]:
        """The timeline of what was said: what a reviewer may see before their own scorecard is in."""
        transcript, recording = store.visible(self.source.answer), self.source.recording
        row = timeline.words_row(transcript.words, recording.seconds or 0.0) if transcript and recording else None
        return [row] if row else []

    @property
    def frame_seconds(self) -> float:
        """How long one picture of the recording lasts (s)."""
        info = (self.source.recording.media_info if self.source.recording else None) or {}
        rate = info.get("fps") or 0
        return round(1 / rate, 4) if 1 <= rate <= 120 else 0.04


def answer_page(interview: Interview, number: int, reviewer: User) -> AnswerPage | None:
    """Answer ``number`` as ``reviewer`` may see it; None where the interview has no such answer."""
    sources = presenters.answers_of(interview)
    if not 1 <= number <= len(sources):
        return None
    return AnswerPage(number, sources[number - 1], progress_of(interview, reviewer), review_of(interview))


def question_of(interview: Interview, number: int) -> Question | None:
    """Question ``number`` (from 1) of an interview; None where there is none."""
    questions = interview.questions
    return questions[number - 1] if 1 <= number <= len(questions) else None


def threads_for(interview: Interview, question: Question, viewer: User) -> list[Comment]:
    """The comments on an answer that ``viewer`` may see now."""
    return comments.threads_of(interview, question, viewer, everybody=may_see_readings(viewer, interview))
