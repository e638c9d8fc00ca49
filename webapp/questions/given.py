"""Questions that are answered by choosing, a number or a date: what may be given, what is wanted, and what is stored.

What is given is stored as the answer's text, in words that people read. A wanted answer (a knock-out question) is
shown to the candidate as such, and whoever reviews sees whether it was given: nobody is rejected by it, people decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flask_babel import format_decimal
from flask_babel import gettext as _

from webapp.core.one_line import is_one_line
from webapp.questions.models import Question, QuestionKind

#: Choices of one question, and the characters of one.
MOST_CHOICES, LONGEST_CHOICE = 20, 200


class GivenError(ValueError):
    """This cannot be the answer, or not the question; the message is for a person."""


@dataclass(frozen=True)
class Settings:
    """What a question allows and wants. ``wanted``: choices of which one is needed; ``least``: the smallest number."""

    choices: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    least: float | None = None
    unit: str = ""

    @property
    def is_knock_out(self) -> bool:
        """Whether a certain answer is wanted."""
        return bool(self.wanted) or self.least is not None

    def to_json(self) -> dict[str, Any] | None:
        """As it is stored; None where nothing is said."""
        found = {"choices": list(self.choices), "wanted": list(self.wanted), "least": self.least, "unit": self.unit}
        return {name: value for name, value in found.items() if value not in ([], "", None)} or None


class HasSettings(Protocol):
    """A question, in a set or in the library."""

    @property
    def settings(self) -> dict[str, Any] | None:
        """Settings as JSON."""


def settings_of(question: HasSettings) -> Settings:
    """What ``question`` allows and wants."""
    kept = question.settings or {}
    return Settings(
        tuple(kept.get("choices", ())), tuple(kept.get("wanted", ())), kept.get("least"), kept.get("unit", "")
    )


def made(kind: QuestionKind, *, choices: str, wanted: str, least: float | None, unit: str) -> Settings:
    """Settings from a form: lines of choices and of wanted ones. Raises GivenError."""
    if kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
        lines = _lines(choices)
        if not 2 <= len(lines) <= MOST_CHOICES:
            raise GivenError(_("Write 2 to %(most)s choices, one per line.", most=MOST_CHOICES))
        if any(len(line) > LONGEST_CHOICE or not is_one_line(line) for line in lines):
            raise GivenError(_("A choice has at most %(most)s characters.", most=LONGEST_CHOICE))
        needed = _lines(wanted)
        if not set(needed) <= set(lines):
            raise GivenError(_("What is wanted must be among the choices, written in the same way."))
        return Settings(tuple(lines), tuple(needed))
    if kind is QuestionKind.NUMBER:
        return Settings(least=least, unit=unit.strip()[:40])
    return Settings()


def checked(question: Question, given: Sequence[str]) -> str:
    """The text to store of what was given; empty where nothing was. Raises GivenError."""
    values = [value.strip() for value in given if value.strip()]
    if not values:
        return ""
    settings = settings_of(question)
    if question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
        if not set(values) <= set(settings.choices) or (question.kind is QuestionKind.SINGLE and len(values) > 1):
            raise GivenError(_("Choose from the list."))
        return "\n".join(choice for choice in settings.choices if choice in values)
    if question.kind is QuestionKind.NUMBER:
        number = _number(values[0])
        written = f"{number:g}" if abs(number) < 1e6 else f"{number:.0f}"
        return f"{written} {settings.unit}".strip()
    if question.kind is QuestionKind.DATE:
        try:
            return date.fromisoformat(values[0]).isoformat()
        except ValueError:
            raise GivenError(_("Enter a date, such as 2026-12-01.")) from None
    raise GivenError(_("This question is answered in another way."))


def check_stored(kind: QuestionKind, stored: dict[str, Any] | None) -> None:
    """Raise GivenError where ``stored`` (Settings as JSON, from a file, say) cannot be those of such a question."""
    kept = stored or {}
    lists = [kept.get(name, []) for name in ("choices", "wanted")]
    least, unit = kept.get("least"), kept.get("unit", "")
    texts = all(isinstance(each, list) and all(isinstance(one, str) for one in each) for each in lists)
    number = least is None or (isinstance(least, int | float) and not isinstance(least, bool))
    if not (texts and number and isinstance(unit, str) and len(unit) <= 40):
        raise GivenError(_("The choices of this question cannot be read."))
    made(kind, choices="\n".join(lists[0]), wanted="\n".join(lists[1]), least=least, unit=unit)


def chosen(question: Question, text: str | None) -> list[str]:
    """What was given, as the form wants it back."""
    if question.kind is QuestionKind.NUMBER and text:
        return [text.split(" ")[0]]
    return (text or "").split("\n") if text else []


def is_met(question: Question, text: str | None) -> bool | None:
    """Whether the wanted answer was given; None where none is wanted, or nothing was given."""
    settings = settings_of(question)
    if not settings.is_knock_out or not (text or "").strip():
        return None
    given = chosen(question, text)
    if settings.wanted:
        return bool(set(given) & set(settings.wanted))
    try:
        return _number(given[0]) >= (settings.least or 0)
    except GivenError:
        return None


def wanted_words(question: Question) -> str:
    """What is wanted, as a sentence for the candidate and for those who review; empty where nothing is."""
    settings = settings_of(question)
    if settings.wanted:
        return _("Wanted for this position: %(list)s.", list=_(" or ").join(settings.wanted))
    if settings.least is not None:
        number = f"{format_decimal(settings.least)} {settings.unit}".strip()
        return _("Wanted for this position: at least %(number)s.", number=number)
    return ""


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", ".").replace("\u202f", "").replace(" ", ""))
    except ValueError:
        raise GivenError(_("Enter a number.")) from None
    if not abs(number) < 1e12:
        raise GivenError(_("Enter a number."))
    return number
