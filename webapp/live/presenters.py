"""What templates/live/_guide.html shows: the guide of a call with one's own notes and scores."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.live import guide
from webapp.live.models import Room
from webapp.questions.guide import guide_of
from webapp.questions.models import Question, QuestionSet, SetState
from webapp.questions.operations import visible_to
from webapp.reviews import scoring
from webapp.reviews.models import Scorecard, ScorecardState
from webapp.workspace.presenters import Scored


def sets_for(user: User) -> list[QuestionSet]:
    """What may be asked: the published question sets that ``user`` sees."""
    published = visible_to(user).where(QuestionSet.state == SetState.PUBLISHED)
    return list(db.session.scalars(published.order_by(sa.func.lower(QuestionSet.title), QuestionSet.version.desc())))


def _scored(card: Scorecard | None, question: Question) -> list[Scored]:
    given = scoring.scores_of(card, question)
    return [Scored(one, given[one.key], []) for one in guide_of(question).competencies]


def guide_parts(room: Room, user: User) -> dict[str, Any]:
    """What the template is given for ``user``."""
    found, card = guide.guide_of(room), guide.card_of(room, user)
    asked = found.questions if found else []
    return {
        "guide": found,
        "sets": [] if room.scored else sets_for(user),
        "notes": guide.notes_of(room, user),
        "longest": guide.LONGEST_NOTE,
        "card": card,
        "editable": card is None or card.state is not ScorecardState.SUBMITTED,
        "asked": [(question, _scored(card, question), scoring.note_of(card, question)) for question in asked],
    }
