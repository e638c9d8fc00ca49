"""People from a CSV, and links into one. Pure functions: no database, no request."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

MAX_ROWS = 500
#: More than MAX_ROWS rows of the longest names and addresses need.
MAX_BYTES = 1024**2
_NAMES = {"name", "full name", "candidate"}
_EMAILS = {"email", "e-mail", "mail", "email address"}
#: A cell that begins with one of these is a formula to a spreadsheet (OWASP, “CSV Injection”).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Person:
    """A line of the file: somebody to invite."""

    line: int
    name: str
    email: str


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line (from 1; None: with the whole file), for a person."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return (
            self.message if self.line is None else _("Line %(line)s: %(message)s", line=self.line, message=self.message)
        )


def read_people(data: bytes) -> tuple[list[Person], list[Problem]]:
    """The people in a CSV with the columns name and email.

    UTF-8, with or without a byte order mark; commas, semicolons or tabs; the header is optional and may change the
    order of the columns. Empty lines are skipped. Where there is any problem, nobody should be invited.
    """
    if len(data) > MAX_BYTES:
        return [], [
            Problem(
                None,
                _(
                    "The file is larger than %(max_bytes)s KiB. Split it and upload the parts.",
                    max_bytes=MAX_BYTES // 1024,
                ),
            )
        ]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(None, _("The file is not UTF-8 text. Save it as “CSV UTF-8” and upload it again."))]
    if "\0" in text:
        return [], [Problem(None, _("This is not a CSV file. Save the sheet as “CSV UTF-8” and upload it again."))]
    people: list[Person] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    columns: tuple[int, int] | None = None
    try:
        for line, cells in _rows(text):
            if columns is None:
                columns = _header(cells)
                if columns is not None:
                    continue
                columns = (0, 1)
            found = _person(line, cells, columns)
            if isinstance(found, Person) and (first := seen.setdefault(found.email.casefold(), line)) != line:
                found = Problem(
                    line,
                    _("%(email)s is already on line %(first)s. Delete one of the two.", email=found.email, first=first),
                )
            if isinstance(found, Person):
                people.append(found)
            else:
                problems.append(found)
    except csv.Error as error:
        problems.append(
            Problem(None, _("The file is not valid CSV (%(error)s). Check its quotation marks.", error=error))
        )
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


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the number of the line at which it begins."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    for cells in reader:
        cells = [" ".join(cell.split()) for cell in cells]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _header(cells: Sequence[str]) -> tuple[int, int] | None:
    lower = [cell.casefold() for cell in cells]
    name = next((index for index, cell in enumerate(lower) if cell in _NAMES), None)
    email = next((index for index, cell in enumerate(lower) if cell in _EMAILS), None)
    return None if name is None or email is None else (name, email)


def _person(line: int, cells: Sequence[str], columns: tuple[int, int]) -> Person | Problem:
    if len(cells) <= max(columns):
        return Problem(line, _("Two columns are needed: name and email."))
    name, email = (cells[index] for index in columns)
    if not name:
        return Problem(line, _("The name is missing."))
    if len(name) > 120:
        return Problem(line, _("The name is longer than 120 characters."))
    if not name.isprintable():
        return Problem(line, _("The name contains characters that cannot be displayed."))
    if not email:
        return Problem(line, _("The email address is missing."))
    try:
        return Person(line, name, validate_email(email, check_deliverability=False).normalized)
    except EmailNotValidError:
        return Problem(line, _("“%(email)s” is not an email address.", email=email[:80]))


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV that spreadsheets open as it is meant: UTF-8 with its mark, and no cell a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
