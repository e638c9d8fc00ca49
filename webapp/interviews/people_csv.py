"""People from a CSV, and links into one. Pure functions: no database, no request."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.interviews.people_columns import Columns, guessed, header
from webapp.interviews.person_fields import FieldError, clean_name, split_address

MAX_ROWS = 500
#: More than MAX_ROWS rows of the longest names and addresses need.
MAX_BYTES = 1024**2
#: Excel's own first line, which says what separates the cells.
_SEPARATOR = re.compile(r'"?sep=(\\t|[^"\r\n])"?', re.IGNORECASE)
#: A line of ``Kim Test <kim@example.org>``, as mail programs copy it: commas in it separate nothing.
_ADDRESS = re.compile(r"\s*(?:\"[^\"]*\"|[^<>\"]*)\s*<[^<>@\s]+@[^<>\s]+>[\s,;]*")


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


class UnreadableFileError(ValueError):
    """A file is no list of people at all; the message is for the person."""


def read_people(data: bytes) -> tuple[list[Person], list[Problem]]:
    """The people in a CSV, and what is wrong with it; a file that cannot be read is one problem of no line."""
    try:
        return check_people(data)
    except UnreadableFileError as failure:
        return [], [Problem(None, str(failure))]


def check_people(data: bytes) -> tuple[list[Person], list[Problem]]:
    """The people in a CSV with names and email addresses.

    UTF-8, with or without a byte order mark; commas, semicolons or tabs (or what Excel's ``sep=`` says); a header is
    optional and may change the order of the columns or give first and last names; ``Name <address>`` counts as both.
    Empty lines are skipped. Where there is any problem, nobody should be invited. Raises UnreadableFileError.
    """
    text = _decoded(data)
    people: list[Person] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    columns: Columns | None = None
    try:
        for line, cells in _rows(text):
            if columns is None:
                columns = header(cells)
                if columns is not None:
                    continue
                columns = guessed(cells)
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
    except csv.Error as error:
        raise UnreadableFileError(
            _("The file is not valid CSV (%(error)s). Check its quotation marks.", error=error)
        ) from None
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


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(
            _("The file is larger than %(max_bytes)s KiB. Split it and upload the parts.", max_bytes=MAX_BYTES // 1024)
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = _("The file is not UTF-8 text. Save it as “CSV UTF-8” and upload it again.")
        raise UnreadableFileError(message) from None
    if "\0" in text:
        raise UnreadableFileError(_("This is not a CSV file. Save the sheet as “CSV UTF-8” and upload it again."))
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the number of the line at which it begins."""
    lines = text.splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    delimiter = None
    if lines and (told := _SEPARATOR.fullmatch(lines[start].strip())):
        delimiter, start = told[1].replace("\\t", "\t"), start + 1
    first = next((line for line in lines[start:] if line.strip()), "")
    if lines and all(_ADDRESS.fullmatch(line) for line in lines[start:] if line.strip()):
        yield from ((number, [line.strip()]) for number, line in enumerate(lines[start:], start + 1) if line.strip())
        return
    delimiter = delimiter or max(",;\t", key=first.count)
    stream = io.StringIO("".join(lines[start:]), newline="")
    reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=delimiter != "\t", strict=True)
    line = start + 1
    for cells in reader:
        cells = [" ".join(cell.split()) for cell in cells]
        if any(cells):
            yield line, cells
        line = start + reader.line_num + 1


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
