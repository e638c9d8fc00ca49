"""The one question that is put to the database, and how SQLite and PostgreSQL are asked it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from webapp.core.database import db
from webapp.interviews.models import Invitation
from webapp.search.models import SearchDocument
from webapp.search.query import Term
from webapp.search.schema import WORDS

_words = sa.table(WORDS, sa.column("rowid", sa.Integer), sa.column(WORDS))
_vector: sa.ColumnElement[Any] = sa.literal_column("search_documents.vector")


def holds(term: Term, *, few: bool = False) -> sa.ColumnElement[bool]:
    """Whether a row of SearchDocument holds ``term``, whether or not it is to be excluded.

    :param few: other conditions leave but a few rows, so that each of them is looked at.
    """
    if db.engine.dialect.name == "postgresql":
        # Something that is no column keeps PostgreSQL from reading all that the index has of a common phrase.
        vector = _vector.op("||")(sa.literal_column("''::tsvector")) if few else _vector
        return vector.op("@@", is_comparison=True)(sa.cast(sa.literal(postgresql_query(term), sa.Text), TSQUERY))
    found = sa.select(_words.c.rowid).where(_words.c[WORDS].op("MATCH")(sqlite_query(term)))
    # The sum keeps SQLite from looking up every document of a common word.
    return (SearchDocument.id + 0 if few else SearchDocument.id).in_(found)


def are_common(terms: Sequence[Term], number: int) -> bool:
    """Whether each of ``terms`` is held by more than ``number`` rows of SearchDocument; no more of them are counted."""
    some = [sa.select(SearchDocument.id).where(holds(term)).limit(number + 1).subquery() for term in terms]
    counts = db.session.execute(
        sa.select(*(sa.select(sa.func.count()).select_from(rows).scalar_subquery() for rows in some))
    )
    return all(count > number for count in counts.one())


def is_found(term: Term, named: sa.Select[str] | None = None, *, few: bool = False) -> sa.ColumnElement[bool]:
    """Whether ``term`` is in the name or the words of a row of Invitation; with ``named``, in the names of these alone.

    :param few: other conditions leave but a few rows, so that each of them is looked at.
    """
    found = sa.select(SearchDocument.invitation_id).where(holds(term))
    if named is not None:
        found = found.where(sa.or_(SearchDocument.answer_id.is_not(None), SearchDocument.invitation_id.in_(named)))
    if db.engine.dialect.name == "postgresql":
        mine = found.where(SearchDocument.invitation_id == Invitation.id).correlate(Invitation)
        return mine.limit(1).scalar_subquery().is_not(None) if few else mine.exists()
    return Invitation.id.in_(found)


def sqlite_query(term: Term) -> str:
    """The term in FTS5's language."""
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def postgresql_query(term: Term) -> str:
    """The term as a tsquery."""
    return " <-> ".join(term.words) + (":*" if term.prefix else "")
