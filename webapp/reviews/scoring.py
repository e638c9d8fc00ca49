"""What a scorecard says of each competency of each answer: put in, looked up, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.interviews.models import Interview
from webapp.questions.guide import WHOLE, guide_of
from webapp.questions.models import Question
from webapp.reviews.models import Rating, Scorecard


def put(card: Scorecard, question: Question, scores: Mapping[str, int | None], note: str | None = None) -> None:
    """Set ``scores`` (1..5 or None, by competency) of one answer, and its note where one is given.

    Raises KeyError for a competency that the question's guide does not have.
    """
    keys = guide_of(question).keys
    scores = {key: score for key, score in scores.items() if key != WHOLE or score is not None or WHOLE in keys}
    if unknown := scores.keys() - set(keys):
        raise KeyError(sorted(unknown)[0])
    for key, score in scores.items():
        _row(card, question, key).score = score
    if note is not None:
        _row(card, question, WHOLE).note = note.strip()


def _row(card: Scorecard, question: Question, key: str) -> Rating:
    rating = card.rating_of(question, key)
    if rating is None:
        rating = Rating(question_id=question.id, competency=key, note="")
        card.ratings.append(rating)
    return rating


def scores_of(card: Scorecard | None, question: Question) -> dict[str, int | None]:
    """By competency of the question's guide what was given: 1..5, or None."""
    found = {}
    for key in guide_of(question).keys:
        rating = card.rating_of(question, key) if card else None
        found[key] = rating.score if rating else None
    return found


def note_of(card: Scorecard | None, question: Question) -> str:
    """The note on an answer as a whole."""
    rating = card.rating_of(question) if card else None
    return rating.note if rating else ""


def is_rated(card: Scorecard | None, question: Question) -> bool:
    """Whether every competency has a score, or the note says why not."""
    return bool(note_of(card, question)) or all(score is not None for score in scores_of(card, question).values())


def missing(card: Scorecard | None, interview: Interview) -> list[Question]:
    """The questions that still need scores or a note, in order.

    What was withdrawn needs neither: there is nothing to rate in it, and it is no fault.
    """
    withdrawn = {a.question_id for a in interview.answers if a.withdrawn_at is not None and not a.written}
    return [
        question for question in interview.questions if question.id not in withdrawn and not is_rated(card, question)
    ]
