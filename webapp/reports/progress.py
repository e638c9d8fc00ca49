"""Whether its report is there, in how far an interview has come (webapp/interviews/progress.py)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from webapp.reports.models import Report

_NOTED = (
    "UPDATE invitations SET progress = '{after}' WHERE progress = '{before}'"
    " AND id = (SELECT invitation_id FROM interviews WHERE interviews.id = {row}.interview_id);"
)
_BUILT = _NOTED.format(before="submitted", after="ready", row="new")
_ERASED = _NOTED.format(before="ready", after="submitted", row="old")

SQLITE = (
    f"CREATE TRIGGER reports_added AFTER INSERT ON reports BEGIN {_BUILT} END",
    f"CREATE TRIGGER reports_removed AFTER DELETE ON reports BEGIN {_ERASED} END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION note_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF TG_OP = 'DELETE' THEN {_ERASED} ELSE {_BUILT} END IF; RETURN NULL; END $$",
    "CREATE TRIGGER reports_added AFTER INSERT ON reports FOR EACH ROW EXECUTE FUNCTION note_report()",
    "CREATE TRIGGER reports_removed AFTER DELETE ON reports FOR EACH ROW EXECUTE FUNCTION note_report()",
)


@event.listens_for(Report.__table__, "after_create")
def _make(_table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
