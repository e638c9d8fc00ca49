"""Reports in words: names of sections and categories, and cells of tables."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from webapp.core.pages import decimal
from webapp.fairness.categories import ETHNICITIES, SEXES, Ethnicity, Sex

HEADINGS = ("category", "n", "chosen", "rate", "rate_interval", "ratio", "ratio_interval", "chance")


def section_title(section: dict[str, Any]) -> str:
    """What a section is about."""
    name = section["name"]
    return {
        "advanced": _("Advanced (selection rate)"),
        "reviewed": _("Reviewed by a person"),
        "stage": _("Reached the stage “%(name)s”", name=name),
        "scored": _("Scored above the median (scoring rate)"),
        "reviewer": _("Scored above the median by %(name)s", name=name),
    }[section["kind"]]


def group_title(group: str) -> str:
    """By what people are divided."""
    return {"sex": _("Sex"), "ethnicity": _("Race and ethnicity"), "both": _("Sex, race and ethnicity")}[group]


def category(key: str) -> str:
    """A category in words."""
    sex, _space, ethnicity = key.partition(" ")
    if ethnicity:
        return f"{SEXES[Sex(sex)]}, {ETHNICITIES[Ethnicity(ethnicity)]}"
    return str(
        SEXES[Sex(sex)] if sex in set(Sex) - {Sex.OTHER, Sex.UNSAID} or sex == "other" else ETHNICITIES[Ethnicity(sex)]
    )


def cells(key: str, row: dict[str, Any]) -> list[str]:
    """A row of a table, as HEADINGS has its columns."""
    few = _("n too small")
    if "rate" not in row:
        return [category(key), str(row["n"]), few, few, "–", few, "–", "–"]
    ratio = "–" if row["ratio"] is None else decimal(row["ratio"], 2)
    if row["reference"]:
        ratio = _("%(number)s (highest)", number=ratio)
    return [
        category(key) + (_(" (below 2 % of the data)") if row["small"] else ""),
        str(row["n"]),
        str(row["chosen"]),
        share(row["rate"]),
        _("%(low)s to %(high)s", low=share(row["rate_interval"][0]), high=share(row["rate_interval"][1])),
        ratio,
        _between(row["ratio_interval"]),
        "–" if row["chance"] is None else decimal(row["chance"], 3),
    ]


def share(value: float) -> str:
    """A share (0..1) in per cent with a digit after the point."""
    return _("%(number)s %%", number=decimal(100 * value, 1))


def _between(bounds: list[float | None] | None) -> str:
    if bounds is None:
        return "–"
    low, high = bounds
    if high is None:
        return _("%(low)s or more", low=decimal(low or 0.0, 2))
    return _("%(low)s to %(high)s", low=decimal(low or 0.0, 2), high=decimal(high, 2))
