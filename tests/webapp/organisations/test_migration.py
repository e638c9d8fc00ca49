"""Messages, erasures and appointments of before go to the organisation that their rows name."""

from __future__ import annotations

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from webapp.core.database import db

BEFORE, AFTER = "5c18f0a3b9d6", "91c4e07fd2a5"
_MESSAGE = "insert into messages (id, channel, kind, cause, state, recipient, name, user_id, language, zone, base, facts, priority, created_at, due_at, expires_at, attempts, failures) values ('{0}', '{1}', 'k', '{0}', 'sent', '{2}', '', {3}, 'en', '', '', '{{}}', 1, '2026-03-01', '2026-03-01', '2026-03-02', 0, 0)"
ROWS = (
    "insert into organisations (id, name, created_at) values ('o1', 'A', '2026-01-01'), ('o2', 'B', '2026-02-01')",
    "insert into users (id, email, name, role, password_hash, active, created_at, organisation_id) values ('u', 'u@viva.test', 'U', 'admin', 'x', 1, '2026-02-01', 'o2')",
    "insert into webhook_endpoints (id, title, url, types, active, secret_number, created_at, created_by_id, organisation_id) values ('w', 'W', 'https://x', '[]', 1, 1, '2026-02-02', 'u', 'o2')",
    _MESSAGE.format("m1", "mail", "u@viva.test", "'u'"),
    _MESSAGE.format("m2", "webhook", "w", "null"),
    _MESSAGE.format("m3", "mail", "else@viva.test", "null"),
    "insert into message_wordings (id, kind, language, subject, body, changed_at, changed_by_id) values ('x', 'k', 'en', 'S', 'B', '2026-03-01', 'u')",
    "insert into message_refusals (id, address, kind, why, detail, created_at) values ('r', 'a@viva.test', '', 'bounced', '', '2026-03-01')",
    "insert into erasures (id, ground, scope, kept_classes, by_id, requested_at, due_at) values ('e1', 'request', '{}', '[]', 'u', '2026-03-01', '2026-03-01')",
    "insert into erasures (id, ground, scope, kept_classes, requested_at, due_at) values ('e2', 'retention', '{\"accounts\": [\"u\"]}', '[]', '2026-03-01', '2026-03-01')",
    "insert into erasures (id, ground, scope, kept_classes, requested_at, due_at) values ('e3', 'retention', '{}', '[]', '2026-03-01', '2026-03-01')",
)


def owners() -> dict[str, str | None]:
    names = ("messages", "message_wordings", "message_refusals", "erasures")
    tables = [sa.table(name, sa.column("id"), sa.column("organisation_id")) for name in names]
    with db.engine.connect() as connection:
        return {row.id: row.organisation_id for table in tables for row in connection.execute(sa.select(table))}


def test_up_and_down_with_rows(app: Flask):
    db.session.remove()
    db.drop_all()
    flask_migrate.upgrade(revision=BEFORE)
    with db.engine.begin() as connection:
        for row in ROWS:
            connection.exec_driver_sql(row)
    flask_migrate.upgrade(revision=AFTER)
    assert owners() == {
        "m1": "o2", "m2": "o2", "m3": "o1", "x": "o2", "r": None, "e1": "o2", "e2": "o2", "e3": None
    }  # fmt: skip
    with db.engine.begin() as connection:  # what two organisations say of one kind
        connection.exec_driver_sql(
            "insert into message_wordings (id, kind, language, subject, body, changed_at, changed_by_id, organisation_id) values ('y', 'k', 'en', 'S', 'B', '2026-03-01', 'u', 'o1')"
        )
    flask_migrate.downgrade(revision=BEFORE)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("select id from message_wordings").scalars().all() == ["x"]
        assert connection.exec_driver_sql("select count(*) from messages").scalar() == 3
