"""Scoring guides that come with Viva, to begin one's own from: behaviour that can be heard in an answer, by level.

The form is that of behaviourally anchored rating scales (Smith and Kendall 1963): each level says what is done, not how
good it is. They describe work, and nothing about looks, accent, age or health.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.questions.guide import Competency, ScoringGuide, clean


@dataclass(frozen=True)
class Starter:
    """One guide: a competency with words for each of the five levels and points of evidence."""

    id: str
    title: Any
    levels: tuple[Any, ...]
    points: tuple[Any, ...]
    rubric: str = ""

    @property
    def guide(self) -> dict[str, Any]:
        """The guide's JSON, in the language of the page."""
        levels = {level: str(words) for level, words in enumerate(self.levels, 1)}
        made = clean([Competency("", str(self.title), levels, [str(point) for point in self.points])])
        return (made or ScoringGuide()).to_json()


STARTERS = (
    Starter(
        "starter-problem-solving",
        _l("Problem solving"),
        (
            _l("Names no problem of their own, or only what others did"),
            _l("Describes a problem and a first guess at its cause"),
            _l("Found the cause step by step and solved the problem"),
            _l("Weighed several ways by evidence and says why one was chosen"),
            _l("Also kept the problem from coming back, and shows by what that was measured"),
        ),
        (
            _l("Says how the cause was found"),
            _l("Names an alternative that was weighed"),
            _l("Says what the result was"),
        ),
    ),
    Starter(
        "starter-collaboration",
        _l("Collaboration"),
        (
            _l("Speaks of work with others only in general"),
            _l("Names what each person did, without how they agreed"),
            _l("Agreed with others on who does what, and kept to it"),
            _l("Took up a disagreement early and found a way that both sides carried"),
            _l("Also changed how the team works, and others kept to it afterwards"),
        ),
        (_l("Names their own part"), _l("Describes another person's point of view"), _l("Says how it was settled")),
    ),
    Starter(
        "starter-communication",
        _l("Explaining"),
        (
            _l("The explanation cannot be followed"),
            _l("Can be followed by somebody who knows the subject"),
            _l("Explains the terms that are needed, in an order that can be followed"),
            _l("Chooses examples for the listener and says what matters most"),
            _l("Also says what is uncertain or left out, and how the listener can check it"),
        ),
        (_l("Begins with what it is about"), _l("Gives an example"), _l("Ends with what follows from it")),
    ),
    Starter(
        "starter-ownership",
        _l("Taking responsibility"),
        (
            _l("Names a task and who gave it"),
            _l("Did what was asked and said when it was done"),
            _l("Noticed what was missing and took care of it"),
            _l("Said early that something would go wrong, and what they would do"),
            _l("Also stood up for a mistake and shows what changed because of it"),
        ),
        (_l("Says what they decided themselves"), _l("Names a risk or a mistake"), _l("Says what they would do again")),
    ),
    Starter(
        "starter-learning",
        _l("Learning"),
        (
            _l("Names nothing that was learnt"),
            _l("Names something that was learnt, without how"),
            _l("Says how they learnt it and where they used it"),
            _l("Asked for feedback, and says what they changed"),
            _l("Also passed it on, so that others could use it"),
        ),
        (_l("Names what they did not know"), _l("Says how they learnt it"), _l("Says where it was used")),
    ),
)


def starter(key: str) -> Starter | None:
    """The guide of that id; None where there is none."""
    return next((each for each in STARTERS if each.id == key), None)
