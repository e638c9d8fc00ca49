"""The one question that is put to the database, and how SQLite and PostgreSQL are asked it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from webapp.core.database import db
from webapp.search.models import SearchDocument
from webapp.search.query import Term
from webapp.search.schema import WORDS

_words = sa.table(WORDS, sa.column("rowid", sa.Integer), sa.column(WORDS))
_documents = sa.table("search_documents", sa.column("id", sa.Integer), sa.column("vector"))


def documents_with(term: Term) -> sa.Select[int]:
    """The numbers of the documents that hold ``term``, whether or not it is to be excluded."""
    if db.engine.dialect.name == "postgresql":
        return sa.select(_documents.c.id).where(
            _documents.c.vector.op("@@")(sa.cast(sa.literal(postgresql_query(term), sa.Text), TSQUERY))
        )
    return sa.select(_words.c.rowid).where(_words.c[WORDS].op("MATCH")(sqlite_query(term)))


def invitations_with(term: Term, named: sa.Select[str] | None = None) -> sa.Select[str]:
    """The ids of the invitations in whose names and words ``term`` is; with ``named``, the names of these alone."""
    found = sa.select(SearchDocument.invitation_id).where(SearchDocument.id.in_(documents_with(term)))
    if named is None:
        return found
    return found.where(sa.or_(SearchDocument.answer_id.is_not(None), SearchDocument.invitation_id.in_(named)))


def sqlite_query(term: Term) -> str:
    """The term in FTS5's language."""
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def postgresql_query(term: Term) -> str:
    """The term as a tsquery."""
    return " <-> ".join(term.words) + (":*" if term.prefix else "")
