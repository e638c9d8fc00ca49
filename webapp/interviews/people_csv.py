"""The people in a list, and what is wrong with it: one rule for every kind of file. No database, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.interviews import people_files
from webapp.interviews.people_columns import Columns, guessed, header
from webapp.interviews.people_files import MAX_BYTES, UnreadableFileError
from webapp.interviews.person_fields import FieldError, clean_name, split_address

__all__ = [
    "MAX_BYTES", "MAX_ROWS", "Person", "Problem", "UnreadableFileError", "check_people", "people_of", "read_people",
]  # fmt: skip
#: People in one list.
MAX_ROWS = 5000


@dataclass(frozen=True)
class Person:
    """A line of the file: somebody to invite."""

    line: int
    name: str
    email: str


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line (from 1; None: with the whole file), for a person.

    ``column`` is name or email where one of them is at fault, ``value`` what stands there."""

    line: int | None
    message: str
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.message
        place = {"name": _("name"), "email": _("email address")}.get(self.column or "", "")
        parts = [place + (f" “{self.value[:80]}”" if self.value else ""), self.message] if place else [self.message]
        return _("Line %(line)s: %(message)s", line=self.line, message=": ".join(parts))


def read_people(data: bytes) -> tuple[list[Person], list[Problem]]:
    """The people in a file, and what is wrong with it; a file that cannot be read is one problem of no line."""
    try:
        return check_people(data)
    except UnreadableFileError as failure:
        return [], [Problem(None, str(failure))]


def check_people(data: bytes) -> tuple[list[Person], list[Problem]]:
    """The people in a CSV, a workbook or cards with names and email addresses.

    CSV is UTF-8, with or without a byte order mark, with commas, semicolons or tabs (or what Excel's ``sep=`` says). A
    header is optional and may change the order of the columns or give first and last names; ``Name <address>`` counts
    as both. Empty lines are skipped. Where there is any problem, nobody should be invited. Raises UnreadableFileError.
    """
    return people_of(people_files.read(data).rows)


def people_of(
    rows: Iterable[tuple[int, list[str]]], columns: Columns | None = None, *, has_header: bool = False
) -> tuple[list[Person], list[Problem]]:
    """The people in rows of cells, and what is wrong with them.

    :param columns: where the names and the addresses are; found by the header or the first row where nobody says it.
    :param has_header: with ``columns``: whether the first row is a header.
    """
    people: list[Person] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, (line, cells) in enumerate(rows):
        if columns is None:
            columns = header(cells)
            if columns is not None:
                continue
            columns = guessed(cells)
        elif number == 0 and has_header:
            continue
        found = _person(line, cells, columns)
        if isinstance(found, Person) and (first := seen.setdefault(found.email.casefold(), line)) != line:
            found = Problem(
                line,
                _("%(email)s is already on line %(first)s. Delete one of the two.", email=found.email, first=first),
                "email",
                found.email,
            )
        if isinstance(found, Person):
            people.append(found)
        else:
            problems.append(found)
    if not people and not problems:
        problems.append(
            Problem(None, _("There is no one in this file. It needs a name and an email address on each line."))
        )
    if len(people) + len(problems) > MAX_ROWS:
        problems = [
            Problem(
                None,
                _(
                    "There are more than %(max_rows)s people in this file. Split it and upload the parts.",
                    max_rows=MAX_ROWS,
                ),
            )
        ]
    return people, problems


def _person(line: int, cells: Sequence[str], columns: Columns) -> Person | Problem:
    name, email = columns.of(cells)
    try:
        inside, address = split_address(email)
    except FieldError as failure:
        missing = len(cells) <= 1 and not email
        told = _("Two columns are needed: name and email.") if missing else str(failure)
        return Problem(line, told, "email", email or None)
    try:
        return Person(line, clean_name(name or inside), address)
    except FieldError as failure:
        return Problem(line, str(failure), "name", name or None)
