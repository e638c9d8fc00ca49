"""The scale and its anchors, and other words of reviews."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from ml.content.points import points_of
from webapp.reviews.agreement import spread
from webapp.reviews.models import Outcome, ScorecardState

#: What each score means, the same for every question: how much of its rubric the answer holds.
ANCHORS = {
    1: _l("None of what the scoring guide asks for"),
    2: _l("A little of it, without an example"),
    3: _l("About half of it, or all of it in general words"),
    4: _l("Most of it, with an example"),
    5: _l("All of it, with an example and how it ended"),
}
OUTCOMES = {
    Outcome.ADVANCE: _l("Advance"),
    Outcome.HOLD: _l("Hold"),
    Outcome.DECLINE: _l("Reject"),
}
#: Where a scorecard stands.
STATES = {
    ScorecardState.DRAFT: _l("draft"),
    ScorecardState.SUBMITTED: _l("submitted"),
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(score_anchors=ANCHORS, decision_outcomes=OUTCOMES, score_spread=spread)
    app.jinja_env.filters.update(outcome=outcome, rubric_points=points_of, scorecard_state=scorecard_state)


def scorecard_state(value: ScorecardState) -> str:
    """Where a scorecard stands, in a word."""
    return str(STATES.get(value, value.value))


def outcome(value: Outcome | str) -> str:
    """A decision in words."""
    return str(OUTCOMES[Outcome(value)])
