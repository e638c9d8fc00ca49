"""What is held about a person: each feature registers its tables here, with what of them is exported and how long it is
kept. Erasure, retention and export (webapp/governance) know no table by name; a test fails for a model that is neither
registered nor said to hold nothing about anybody.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from webapp.core.database import Base, Model, db


class Kept(enum.StrEnum):
    """Three classes, each with a clock of its own."""

    #: Recordings and pictures.
    MEDIA = "media"
    #: What models and people made of them: transcripts, analyses, reports.
    READINGS = "readings"
    #: What was asked, answered in writing, agreed to and decided.
    RECORDS = "records"


class Counted(enum.StrEnum):
    """What a row is to whoever asks what goes."""

    ROW = "row"
    SHARE_LINK = "share link"
    RECEIVER = "receiver"


@dataclass(frozen=True)
class Scope:
    """Whose data: interviews and invitations by id, accounts of candidates, and an address (lower case) where one was
    named. Everything of these, and nothing else, is meant."""

    interviews: tuple[str, ...] = ()
    invitations: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True)
class Holding:
    """One table: which rows of it belong to a scope, and which files to a row."""

    model: type[Model]
    kept: Kept
    #: The condition under which a row belongs to the scope.
    rows: Callable[[Scope], sa.ColumnElement[bool]]
    #: Kinds of files in storage (webapp/core/storage.py) that are named after the row's id.
    files: tuple[str, ...] = ()
    #: Columns that are not the person's to have: secrets, leases, where it lies.
    not_exported: frozenset[str] = frozenset()
    counted: Counted = Counted.ROW
    #: What is to be done before rows are deleted, with their ids; for what lies outside of tables and storage.
    before: Callable[[Sequence[str]], None] | None = field(default=None, compare=False)
    #: A select of the addresses (lower case) by which rows may belong to a scope.
    addresses: sa.Select[Any] | None = field(default=None, compare=False)

    @property
    def table(self) -> sa.Table:
        """The table."""
        return cast(sa.Table, self.model.__table__)

    def count(self, scope: Scope) -> int:
        """How many rows belong to ``scope``."""
        return db.session.scalar(sa.select(sa.func.count()).select_from(self.model).where(self.rows(scope))) or 0

    def ids(self, scope: Scope) -> list[str]:
        """The primary keys of the rows, as texts."""
        key = next(iter(self.table.primary_key.columns))
        return [str(value) for value in db.session.scalars(sa.select(key).where(self.rows(scope)))]

    def addressed(self) -> set[str]:
        """The addresses by which rows may belong to a scope."""
        return set(db.session.scalars(self.addresses)) if self.addresses is not None else set()

    def exported(self, scope: Scope) -> list[dict[str, Any]]:
        """The rows as JSON, without what is not the person's to have."""
        columns = [column for column in self.table.columns if column.name not in self.not_exported]
        if not columns:
            return []  # sealed: there is nothing that anybody could read
        query = sa.select(*columns).where(self.rows(scope)).order_by(*self.table.primary_key.columns)
        return [{name: _plain(value) for name, value in row.items()} for row in db.session.execute(query).mappings()]


_holdings: dict[str, Holding] = {}
_others: dict[str, str] = {}
_counters: dict[Counted, list[Callable[[Scope], int]]] = {}


def register(*holdings: Holding) -> None:
    """Say what a feature holds about people. Twice the same is once."""
    for each in holdings:
        _holdings[each.table.name] = each


def holds_nothing(why: str, *models: type[Model]) -> None:
    """Say that rows of ``models`` are about nobody whose data we erase, and why."""
    for model in models:
        _others[cast(sa.Table, model.__table__).name] = why


def count_too(what: Counted, how: Callable[[Scope], int]) -> None:
    """Say how many share links or receivers an erasure reaches that are no rows of the scope themselves."""
    if how not in _counters.setdefault(what, []):
        _counters[what].append(how)


def counted(what: Counted, scope: Scope) -> int:
    """How many of ``what`` an erasure of ``scope`` reaches, beside rows."""
    return sum(how(scope) for how in _counters.get(what, ()))


def holdings(kept: Iterable[Kept] = tuple(Kept)) -> list[Holding]:
    """What is registered of some classes, in an order in which rows can be deleted: children first."""
    wanted = set(kept)
    order = [table.name for table in reversed(db.metadata.sorted_tables)]
    return [_holdings[name] for name in order if name in _holdings and _holdings[name].kept in wanted]


def unregistered() -> list[str]:
    """Tables that nobody has said anything about."""
    there = {mapper.local_table.name for mapper in Base.registry.mappers if isinstance(mapper.local_table, sa.Table)}
    return sorted(there - set(_holdings) - set(_others))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value
