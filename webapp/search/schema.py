"""The databases' own full-text indexes over ``search_documents``: FTS5 in SQLite, a tsvector in PostgreSQL.

The migration makes the same; these statements are for databases that are made without migrations, as tests do.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from webapp.search.models import SearchDocument

#: How the virtual table is called, and how the tables begin that SQLite keeps behind it.
WORDS = "search_words"

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5"
    "(terms, content='search_documents', content_rowid='id', tokenize='ascii')",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN "
    "INSERT INTO search_words(rowid, terms) VALUES (new.id, new.terms); END",
    "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN "
    "INSERT INTO search_words(search_words, rowid, terms) VALUES ('delete', old.id, old.terms); END",
    "CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN "
    "INSERT INTO search_words(search_words, rowid, terms) VALUES ('delete', old.id, old.terms); "
    "INSERT INTO search_words(rowid, terms) VALUES (new.id, new.terms); END",
)
POSTGRESQL = (
    "ALTER TABLE search_documents ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED",
    "CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector)",
)


@event.listens_for(SearchDocument.__table__, "after_create")
def _make(_table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)


@event.listens_for(SearchDocument.__table__, "before_drop")
def _drop(_table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_words")
