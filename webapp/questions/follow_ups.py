"""Follow-ups of a question as people write them, one a line, and as rows of a published set. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _

from ml.content.points import LONGEST_POINT
from webapp.questions.models import Question, QuestionSet

#: Of one question, and characters of one.
MOST, LONGEST = 5, 500
#: One is answered in at most so long (s), without time to think and in two takes.
LONGEST_ANSWER, TAKES = 120, 2


class FollowUpError(ValueError):
    """These are no follow-ups; the message is for a person."""


def read(text: str) -> list[tuple[str, str]]:
    """(point of evidence, question) of each line "point = question". Raises FollowUpError."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        point, equals, prompt = (part.strip() for part in line.partition("="))
        if not equals or not point or not prompt:
            raise FollowUpError(
                _("Write each follow-up as: point of evidence = question. This line is not: %(line)s", line=line[:80])
            )
        if len(point) > LONGEST_POINT or len(prompt) > LONGEST:
            raise FollowUpError(_("A follow-up is too long. Shorten it: %(line)s", line=line[:80]))
        found.append((point, prompt))
    if len(found) > MOST:
        raise FollowUpError(_("A question can have at most %(number)s follow-ups.", number=MOST))
    return found


def make_rows(row: QuestionSet) -> None:
    """Make a question of each follow-up, of a set that is about to be published."""
    position = len(row.questions)
    for question in row.questions:
        if not question.is_recorded:
            continue
        for point, prompt in read(question.follow_ups or ""):
            position += 1
            row.follow_ups.append(
                Question(
                    position=position,
                    kind=question.kind,
                    prompt=prompt,
                    think_seconds=0,
                    limit_seconds=min(question.limit_seconds, LONGEST_ANSWER),
                    takes_allowed=TAKES,
                    rubric=point,
                    follows=question,
                    follows_point=point,
                )
            )
