"""A list of people as rows of cells: from CSV, from a workbook (XLSX), or from cards (vCard).

What a file is, its content says, not its name. Pure functions: no database, no request."""

from __future__ import annotations

import csv
import enum
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl
import vobject
from flask_babel import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

#: Bytes of a file; more than the longest names and addresses of everybody in it need.
MAX_BYTES = 4 * 1024**2
#: What a workbook may unpack to (bytes), its parts, and the rows and columns of a sheet that are looked at.
_UNPACKED, _PARTS, _ROWS, _COLUMNS = 60 * 1024**2, 1000, 20_000, 60
#: Excel's own first line, which says what separates the cells.
_SEPARATOR = re.compile(r'"?sep=(\\t|[^"\r\n])"?', re.IGNORECASE)
#: A line of ``Kim Test <kim@example.org>``, as mail programs copy it: commas in it separate nothing.
_ADDRESS = re.compile(r"\s*(?:\"[^\"]*\"|[^<>\"]*)\s*<[^<>@\s]+@[^<>\s]+>[\s,;]*")
_CARD = re.compile(r"^BEGIN:VCARD\s*?$.*?^END:VCARD\s*?$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
Rows = Iterator[tuple[int, list[str]]]


class UnreadableFileError(ValueError):
    """A file is no list of people at all; the message is for the person."""


class Kind(enum.StrEnum):
    """What a list of people comes as."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcard"


@dataclass(frozen=True)
class Sheet:
    """The rows of a file that are not empty, each with the number of the line or row at which it begins (from 1)."""

    kind: Kind
    rows: tuple[tuple[int, list[str]], ...]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(cells) for _line, cells in self.rows), default=0)


def read(data: bytes) -> Sheet:
    """The rows of a file. Raises UnreadableFileError."""
    if len(data) > MAX_BYTES:
        raise UnreadableFileError(
            _("The file is larger than %(max_bytes)s KiB. Split it and upload the parts.", max_bytes=MAX_BYTES // 1024)
        )
    if data.startswith(b"PK\x03\x04"):
        return Sheet(Kind.XLSX, tuple(_of_workbook(data)))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            _("This is an Excel file of the old form (.xls). Save it as .xlsx and upload it again.")
        )
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:11].upper() == b"BEGIN:VCARD":
        return Sheet(Kind.VCARD, tuple(_of_cards(_decoded(data))))
    try:
        return Sheet(Kind.CSV, tuple(_of_csv(_decoded(data))))
    except csv.Error as error:
        raise UnreadableFileError(
            _("The file is not valid CSV (%(error)s). Check its quotation marks.", error=error)
        ) from None


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = _("The file is not UTF-8 text. Save it as “CSV UTF-8” and upload it again.")
        raise UnreadableFileError(message) from None
    if "\0" in text:
        raise UnreadableFileError(_("This is not a CSV file. Save the sheet as “CSV UTF-8” and upload it again."))
    return text


def _of_csv(text: str) -> Rows:
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


def _of_workbook(data: bytes) -> Rows:
    """The first sheet of a workbook that has anything in it; formulas as the values that were stored with them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
                raise UnreadableFileError(_("This workbook is too large. Save the one sheet as “CSV UTF-8”."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if rows := list(_of_sheet(sheet)):
                yield from rows
                return
    except UnreadableFileError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError,
            SyntaxError, IndexError, EOFError) as error:  # fmt: skip
        # what a library says of a broken archive, or of a document that is no workbook, has many classes
        raise UnreadableFileError(
            _("This is not a CSV file, and not a workbook (.xlsx) that can be read. Save the sheet as “CSV UTF-8”.")
        ) from error


def _of_sheet(sheet: Any) -> Rows:
    for number, values in enumerate(sheet.iter_rows(max_col=_COLUMNS, max_row=_ROWS, values_only=True), 1):
        cells = [_text(value) for value in values]
        if any(cells):
            while not cells[-1]:
                cells.pop()
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return " ".join(str(value).split())


def _of_cards(text: str) -> Rows:
    """A heading, and a row for each card: its full name and the address that it prefers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    yield 1, ["Name", "Email"]
    for found in _CARD.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        try:
            card = vobject.readOne(found.group() + "\n", allowQP=True)
        except (vobject.base.VObjectError, ValueError, LookupError, TypeError, AttributeError):
            raise UnreadableFileError(
                _("The card that begins on line %(line)s cannot be read. Export it again, or remove it.", line=line)
            ) from None
        yield line, [_name_of(card), _address_of(card)]


def _name_of(card: Any) -> str:
    """The name that a card is shown by; where it has none, its given and family names."""
    if full := next((" ".join(str(each.value).split()) for each in card.contents.get("fn", [])), ""):
        return full
    for name in card.contents.get("n", []):
        parts = (getattr(name.value, part, "") for part in ("given", "additional", "family"))
        flat = (" ".join(part) if isinstance(part, list) else part for part in parts)
        return " ".join(" ".join(flat).split())
    return ""


def _address_of(card: Any) -> str:
    """The address that a card prefers, else its first."""

    def rank(entry: Any) -> int:
        marks = [mark.upper() for mark in [*entry.params.get("TYPE", []), *entry.singletonparams]]
        ranked = entry.params.get("PREF", ["" if "PREF" not in marks else "1"])[0]
        return int(ranked) if ranked.isdecimal() else 101

    found = sorted(card.contents.get("email", []), key=rank)
    return str(found[0].value).strip() if found else ""
