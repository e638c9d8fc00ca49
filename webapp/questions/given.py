"""Questions that are answered by choosing, a number or a date: what may be given, what is wanted, and what is stored.

What is given is stored as the answer's text, numbers and dates in the form that programs read; ``in_words`` writes them
in the reader's language. A wanted answer (a knock-out question) is
shown to the candidate as such, and whoever reviews sees whether it was given: nobody is rejected by it, people decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from flask_babel import format_date, format_decimal
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
        return f"{_plain(_number(values[0]))} {settings.unit}".strip()
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
        number, _unit = _read_number(text)
        return [text.split(" ")[0] if number is None else _written(number, grouped=False)]
    return (text or "").split("\n") if text else []


def in_words(question: Question, text: str | None) -> str:
    """What was given as the page's language writes it: a number, a date; anything else as it is."""
    if question.kind is QuestionKind.NUMBER and text:
        number, unit = _read_number(text)
        return text if number is None else f"{_written(number)} {unit}".strip()
    if question.kind is QuestionKind.DATE and text:
        try:
            return str(format_date(date.fromisoformat(text), "long"))
        except ValueError:
            return text
    return text or ""


def is_met(question: Question, text: str | None) -> bool | None:
    """Whether the wanted answer was given; None where none is wanted, or nothing was given."""
    settings = settings_of(question)
    if not settings.is_knock_out or not (text or "").strip():
        return None
    if settings.wanted:
        return bool(set(chosen(question, text)) & set(settings.wanted))
    number, _unit = _read_number(text or "")
    return None if number is None else number >= (settings.least or 0)


def wanted_words(question: Question) -> str:
    """What is wanted, as a sentence for the candidate and for those who review; empty where nothing is."""
    settings = settings_of(question)
    if settings.wanted:
        return _("Wanted for this position: %(list)s.", list=_(" or ").join(settings.wanted))
    if settings.least is not None:
        number = f"{_written(settings.least)} {settings.unit}".strip()
        return _("Wanted for this position: at least %(number)s.", number=number)
    return ""


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


#: What people write between thousands, and Arabic's own point.
_NO_GAPS = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u066b": ".", ",": "."})


def _plain(number: float) -> str:
    """Every digit of a number, as programs read it."""
    return str(int(number)) if number.is_integer() else format(Decimal(repr(number)), "f")


def _written(number: float, *, grouped: bool = True) -> str:
    """A number in the page's language, with all of its digits."""
    places = len(_plain(float(number)).partition(".")[2])
    pattern = ("#,##0" if grouped else "0") + ("." + "0" * places if places else "")
    return str(format_decimal(number, pattern)).replace("-", "\u2212" if grouped else "-")


def _read_number(text: str) -> tuple[float | None, str]:
    """A stored answer as its number (None where it is none) and its unit."""
    number, _space, unit = text.partition(" ")
    try:
        return float(number), unit
    except ValueError:
        return None, unit


def _number(text: str) -> float:
    try:
        number = float(text.translate(_NO_GAPS))
    except ValueError:
        raise GivenError(_("Enter a number.")) from None
    if not abs(number) < 1e12:
        raise GivenError(_("Enter a number."))
    return number
