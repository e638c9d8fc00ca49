"""The fields of a scoring guide in a form: one group a competency, numbered from 0."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.questions.guide import LEVELS, MOST_COMPETENCIES, WHOLE, Competency, HasGuide, ScoringGuide, clean

#: Groups of fields that are offered beyond those that are filled in.
BLANK = 2


def typed(form: Mapping[str, str]) -> list[Competency]:
    """The competencies as somebody typed them, unchecked."""
    found = []
    for number in range(MOST_COMPETENCIES + BLANK):
        name = f"competency-{number}"
        if f"{name}-name" in form:
            levels = {level: form.get(f"{name}-level-{level}", "") for level in LEVELS}
            points, quotes = (form.get(f"{name}-{part}", "").splitlines() for part in ("points", "quotes"))
            found.append(Competency(form.get(f"{name}-key", ""), form[f"{name}-name"], levels, points, quotes))
    return found


def read(form: Mapping[str, str], earlier: ScoringGuide | None = None) -> ScoringGuide | None:
    """The guide in a form; None where no competency is filled in. Raises GuideError."""
    return clean(typed(form), earlier=earlier)


def shown(question: HasGuide | None) -> list[Competency]:
    """What the form of ``question`` begins with: its competencies, and groups to fill in."""
    guide = ScoringGuide.from_json(question.guide) if question is not None and question.guide else ScoringGuide([])
    return with_blank(guide.competencies)


def with_blank(competencies: list[Competency]) -> list[Competency]:
    """The same with groups to fill in, as many as there is room for."""
    room = min(BLANK, MOST_COMPETENCIES - len(competencies))
    return [*competencies, *(Competency(WHOLE, "") for _ in range(max(0, room)))]
