"""The essays, read and split."""

from __future__ import annotations

import csv
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.readings import TRAITS

#: The labels' columns in the order of TRAITS.
COLUMNS = ("cOPN", "cCON", "cEXT", "cAGR", "cNEU")


@dataclass(frozen=True)
class Essays:
    """``texts`` (N), ``authors`` (N), ``labels`` uint8 (N, 5): 1 where the author scored in the upper half."""

    texts: list[str]
    authors: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


def read_essays(path: Path) -> Essays:
    """Read an essays .csv.gz (or the folder that holds it) by its columns' names, whatever their order.

    Raises ValueError where the file has no rows or lacks a column, or where a label is neither y nor n.
    """
    if path.is_dir():
        path = next(found for found in (path / "text/essays.csv.gz", path / "essays.csv.gz", path) if found.exists())
    if path.is_dir():
        raise ValueError(f"There is no essays.csv.gz in {path}. Name the file or the folder that holds it.")
    csv.field_size_limit(1 << 30)
    opener = gzip.open if path.suffix == ".gz" else open
    # Some copies of the data set are in the Windows code page: a wrong quotation mark is no reason to stop.
    with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if not rows:
        raise ValueError(f"{path.name} has no rows.")
    missing = [column for column in ("TEXT", *COLUMNS) if column not in rows[0]]
    if missing:
        raise ValueError(f"{path.name} lacks the column(s) {', '.join(missing)}.")
    labels = np.zeros((len(rows), len(TRAITS)), np.uint8)
    for number, row in enumerate(rows):
        for trait, column in enumerate(COLUMNS):
            label = row[column].strip().lower()
            if label not in ("y", "n", "1", "0"):
                raise ValueError(f"{path.name}, row {number + 1}: {column} is {row[column]!r}, not y or n.")
            labels[number, trait] = label in ("y", "1")
    authors = [row.get("#AUTHID") or str(number) for number, row in enumerate(rows)]
    return Essays([row["TEXT"] for row in rows], authors, labels)


def fold_of(authors: list[str], folds: int = 10) -> np.ndarray:
    """Each essay's fold (N,), by its author's hash: no author is in two, and the rows' order is of no matter."""
    ranks = {author: hashlib.sha256(author.encode()).hexdigest() for author in authors}
    order = {author: rank % folds for rank, author in enumerate(sorted(set(authors), key=ranks.__getitem__))}
    return np.array([order[author] for author in authors])


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that tell whether an essay was trained on, but do not give it away."""
    return hashlib.sha256(" ".join(text.lower().split()).encode("utf-8", "replace")).hexdigest()[:8]
