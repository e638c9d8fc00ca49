"""Scoring guides as data: competencies, what each level means, the points of evidence to listen for, example quotes.

A question without one has the guide that its ``rubric`` says: one competency, the answer as a whole, with a point a
line. Where there is a guide, ``rubric`` holds its points, so that whoever reads points reads one text for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from flask_babel import gettext as _

from ml.content.points import LONGEST_POINT, MOST_POINTS, points_of
from ml.core.stored import Stored

#: The scale of every score.
LEVELS = (1, 2, 3, 4, 5)
MOST_COMPETENCIES, MOST_QUOTES = 6, 10
#: Characters.
LONGEST_NAME, LONGEST_LEVEL, LONGEST_QUOTE = 80, 300, 500
#: The key of the one competency of a question without a guide, and of the note on an answer as a whole.
WHOLE = ""
_KEY = re.compile(r"[a-z0-9]{1,40}")


class GuideError(ValueError):
    """This is no scoring guide; the message is for the person."""


@dataclass(frozen=True)
class Competency:
    """One thing that an answer is scored for.

    ``key`` names it within its question and never changes; competencies of one ``name`` are one across questions.
    ``levels`` maps 1..5 to words; a level without words has the general ones of the scale.
    """

    key: str
    name: str
    levels: dict[int, str] = field(default_factory=dict)
    points: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)


def _competencies(stored: Iterable[Mapping[str, Any]]) -> list[Competency]:
    return [
        Competency(
            one["key"],
            one["name"],
            {int(level): words for level, words in one.get("levels", {}).items()},
            list(one.get("points", [])),
            list(one.get("quotes", [])),
        )
        for one in stored
    ]


@dataclass(frozen=True)
class ScoringGuide(Stored):
    """What the answer to one question is scored for."""

    schema_version: ClassVar[int] = 1
    revive: ClassVar[dict[str, Any]] = {"competencies": _competencies}

    competencies: list[Competency] = field(default_factory=list)

    @property
    def rubric(self) -> str:
        """All points of evidence, one a line."""
        return "\n".join(dict.fromkeys(point for one in self.competencies for point in one.points))

    @property
    def keys(self) -> list[str]:
        """The keys of its competencies, in order."""
        return [one.key for one in self.competencies]


class HasGuide(Protocol):
    """A question, in a set or in the library."""

    @property
    def guide(self) -> dict[str, Any] | None:
        """The guide's JSON."""

    @property
    def rubric(self) -> str:
        """The points alone."""


def guide_of(question: HasGuide) -> ScoringGuide:
    """The guide of a question; of one without, the points of its rubric under the answer as a whole."""
    if question.guide:
        return ScoringGuide.from_json(question.guide)
    return ScoringGuide([Competency(WHOLE, _("The answer as a whole"), points=points_of(question.rubric))])


def clean(competencies: Sequence[Competency], *, earlier: ScoringGuide | None = None) -> ScoringGuide | None:
    """A guide of what somebody typed or uploaded, trimmed and checked; None where nothing is left.

    A competency without a key keeps the one that ``earlier`` has for its name, else it gets a new one. Raises
    GuideError.
    """
    kept = {one.name.casefold(): one.key for one in earlier.competencies} if earlier else {}
    found: list[Competency] = []
    for one in competencies:
        name = " ".join(one.name.split())
        levels = {level: words for level in LEVELS if (words := " ".join(one.levels.get(level, "").split()))}
        points, quotes = points_of("\n".join(one.points)), [quote.strip() for quote in one.quotes if quote.strip()]
        if not name and not levels and not points and not quotes:
            continue
        _check(name, levels, one.points, quotes)
        found.append(Competency(one.key or kept.get(name.casefold(), WHOLE), name, levels, points, quotes))
    if sum(len(one.points) for one in found) > MOST_POINTS:
        raise GuideError(
            _("A question can have at most %(number)s points of evidence. Remove some.", number=MOST_POINTS)
        )
    if len(found) > MOST_COMPETENCIES:
        raise GuideError(
            _("A question can have at most %(number)s competencies. Remove one.", number=MOST_COMPETENCIES)
        )
    if len({one.name.casefold() for one in found}) < len(found):
        raise GuideError(_("Two competencies have the same name. Give each its own."))
    return ScoringGuide(_keyed(found)) if found else None


def _check(name: str, levels: Mapping[int, str], points: Sequence[str], quotes: Sequence[str]) -> None:
    if not name:
        raise GuideError(_("A competency has no name. Enter one, or empty its other fields."))
    texts = ((name, LONGEST_NAME), *((words, LONGEST_LEVEL) for words in levels.values()))
    texts += (*((point, LONGEST_POINT) for point in points), *((quote, LONGEST_QUOTE) for quote in quotes))
    if any(len(text) > most for text, most in texts):
        raise GuideError(_("A text of the competency “%(name)s” is too long. Shorten it.", name=name[:LONGEST_NAME]))
    if len(quotes) > MOST_QUOTES:
        raise GuideError(
            _("The competency “%(name)s” has more than %(number)s quotes. Remove some.", name=name, number=MOST_QUOTES)
        )


def _keyed(found: list[Competency]) -> list[Competency]:
    """The same with a key for each, none twice."""
    used = {one.key for one in found if _KEY.fullmatch(one.key)}
    fresh = (f"c{number}" for number in range(1, 1000))
    taken: set[str] = set()
    keyed = []
    for one in found:
        key = one.key
        if not _KEY.fullmatch(key) or key in taken:
            key = next(each for each in fresh if each not in used)
            used.add(key)
        taken.add(key)
        keyed.append(replace(one, key=key))
    return keyed
