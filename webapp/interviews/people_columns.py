"""Which columns of a list of people hold the names and the addresses, by its header or by its first row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NAMES = {"name", "full name", "candidate", "candidate name", "applicant", "applicant name", "display name"}
_FIRST = {"first name", "given name", "forename", "firstname", "first", "given names", "first names"}
_LAST = {"last name", "family name", "surname", "lastname", "last"}
_EMAILS = {
    "email", "e mail", "mail", "email address", "e mail address", "mail address", "candidate email", "emailaddress",
    "applicant email", "primary email", "work email", "personal email",
}  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Where a row has its name, put together of one or two cells (none: beside the address), and its address."""

    names: tuple[int, ...]
    email: int

    def of(self, cells: Sequence[str]) -> tuple[str, str]:
        """(name, address) of a row as they stand there; "" for what it lacks."""
        name = " ".join(cells[index] for index in self.names if index < len(cells) and cells[index])
        return name, cells[self.email] if self.email < len(cells) else ""


def header(cells: Sequence[str]) -> Columns | None:
    """The columns that a header names; None where ``cells`` are no header."""
    plain = [re.sub(r"[\s_.:*-]+", " ", cell).strip().casefold() for cell in cells]

    def find(names: set[str]) -> int | None:
        return next((index for index, cell in enumerate(plain) if cell in names), None)

    email, name, first, last = find(_EMAILS), find(_NAMES), find(_FIRST), find(_LAST)
    if email is None:
        return None
    if first is not None and last is not None:
        return Columns((first, last), email)
    if first is not None and name is not None:  # “Name” beside “First name” is the family name
        return Columns((first, name), email)
    one = next((index for index in (name, first, last) if index is not None), None)
    return Columns(() if one is None else (one,), email)


def guessed(cells: Sequence[str]) -> Columns:
    """The columns of a list without a header, by its first row: what has an @ is the address, the rest the name."""
    email = next((index for index, cell in enumerate(cells) if "@" in cell), None)
    if email is None:
        return Columns((0,), 1)
    if email == 0:
        return Columns((1,) if len(cells) > 1 else (), 0)
    return Columns(tuple(range(min(email, 2))), email)
