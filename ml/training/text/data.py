"""The essays, read and split."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.core.readings import TRAITS

#: The labels' columns in the order of TRAITS.
COLUMNS = ("cOPN", "cCON", "cEXT", "cAGR", "cNEU")
#: How copies of the data set write yes and no.
LABELS = {"y": 1, "yes": 1, "1": 1, "1.0": 1, "n": 0, "no": 0, "0": 0, "0.0": 0}


@dataclass(frozen=True)
class Essays:
    """``texts`` (N), ``authors`` (N), ``labels`` uint8 (N, 5): 1 where the author scored in the upper half."""

    texts: list[str]
    authors: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


def read_essays(path: Path) -> Essays:
    """Read an essays .csv.gz or .csv (or the folder that holds it) by its columns' names, in any order and case.

    Raises ValueError where the file has no rows or lacks a column, or where a label is neither y nor n.
    """
    if path.is_dir():
        path = _in_folder(path)
    csv.field_size_limit(1 << 30)
    rows = list(csv.reader(io.StringIO(_decoded(path), newline="")))
    rows = [row for row in rows if row]
    if len(rows) < 2:
        raise ValueError(f"{path.name} has no rows.")
    head = [name.strip().lower() for name in rows.pop(0)]
    missing = [column for column in ("TEXT", *COLUMNS) if column.lower() not in head]
    if missing:
        raise ValueError(f"{path.name} lacks the column(s) {', '.join(missing)}.")
    text, *places = (head.index(column.lower()) for column in ("TEXT", *COLUMNS))
    author = head.index("#authid") if "#authid" in head else None
    labels = np.zeros((len(rows), len(TRAITS)), np.uint8)
    for number, row in enumerate(rows):
        if len(row) <= max(text, *places):
            raise ValueError(f"{path.name}, row {number + 1} has {len(row)} columns, not {len(head)}.")
        for trait, place in enumerate(places):
            label = LABELS.get(row[place].strip().lower())
            if label is None:
                raise ValueError(f"{path.name}, row {number + 1}: {COLUMNS[trait]} is {row[place]!r}, not y or n.")
            labels[number, trait] = label
    authors = ["" if author is None else "".join(row[author : author + 1]) for row in rows]
    authors = [name or str(number) for number, name in enumerate(authors)]
    return Essays([row[text] for row in rows], authors, labels)


def _in_folder(folder: Path) -> Path:
    for name in ("essays.csv.gz", "essays.csv"):
        for path in (folder / "text" / name, folder / name):
            if path.is_file():
                return path
    raise ValueError(f"There is no essays.csv.gz in {folder}. Name the file or the folder that holds it.")


def _decoded(path: Path) -> str:
    """A file's text, packed or not, whatever it is called."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as failure:
            raise ValueError(f"{path.name} is damaged ({failure}). Copy it again.") from failure
    if b"\0" in content:
        raise ValueError(f"{path.name} is no table of text. Save it as CSV in UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:  # some copies of the data set are in the Windows code page
        return content.decode("cp1252", "replace")


def fold_of(authors: list[str], folds: int = 10) -> np.ndarray:
    """Each essay's fold (N,), by its author's hash: no author is in two, and the rows' order is of no matter."""
    ranks = {author: hashlib.sha256(author.encode()).hexdigest() for author in authors}
    order = {author: rank % folds for rank, author in enumerate(sorted(set(authors), key=ranks.__getitem__))}
    return np.array([order[author] for author in authors])


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that tell whether an essay was trained on, but do not give it away."""
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "replace")).hexdigest()[:8]
