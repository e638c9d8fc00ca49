"""CSV that spreadsheets open as it is meant, and CSV that comes from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A cell that begins with one of these is a formula to a spreadsheet (OWASP, “CSV Injection”).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with its mark, and no cell a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> list[list[str]]:
    """The rows of a CSV in UTF-8, with commas or, as spreadsheets in half of Europe write it, with semicolons.

    Cells that ``write_csv`` made inert come back as they were. Raises ValueError for what is no such file.
    """
    text = content.decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return [
        [cell[1:] if cell[:1] == "'" and cell[1:].lstrip()[:1] in FORMULA else cell for cell in row] for row in rows
    ]


def inert(cell: str) -> str:
    """``cell`` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell
