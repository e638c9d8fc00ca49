"""The scale and its anchors, and other words of reviews."""

from __future__ import annotations

from flask import Flask

from ml.content.points import points_of
from webapp.reviews.models import Outcome

#: What each score means, the same for every question: how much of its rubric the answer holds.
ANCHORS = {
    1: "Nothing of what the rubric asks for",
    2: "A little of it, without an example",
    3: "About half of it, or all of it in general words",
    4: "Most of it, with an example",
    5: "All of it, with an example and how it ended",
}
OUTCOMES = {
    Outcome.ADVANCE: "Goes on to the next step",
    Outcome.HOLD: "Wait",
    Outcome.DECLINE: "Does not go on",
}


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(score_anchors=ANCHORS, decision_outcomes=OUTCOMES)
    app.jinja_env.filters.update(outcome=outcome, rubric_points=points_of)


def outcome(value: Outcome | str) -> str:
    """A decision in words."""
    return OUTCOMES[Outcome(value)]
