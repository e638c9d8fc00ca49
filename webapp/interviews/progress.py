"""How far an interview has come and what was decided, beside its invitation: ``invitations.progress`` and ``outcome``.

The list of interviews counts and sorts a hundred thousand by the columns of one table, and by its indexes. The database
itself keeps them (triggers on ``interviews``), whatever writes a row: a program of the last release as well, or
an operator by hand. The migration makes the same triggers; these statements are for databases that are made without
migrations, as tests do. A report that is built or erased has triggers of its own (webapp/reports/progress.py).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from webapp.interviews.models import Interview

_PROGRESS = (
    "CASE WHEN new.state <> 'submitted' THEN 'begun' WHEN new.review_state = 'decided' THEN 'decided'"
    " WHEN EXISTS (SELECT 1 FROM reports WHERE interview_id = new.id) THEN 'ready' ELSE 'submitted' END"
)
_OUTCOME = "CASE WHEN new.state = 'submitted' AND new.review_state = 'decided' THEN new.outcome END"
_COLUMNS = "state, review_state, outcome, invitation_id"


def _kept(differs: str) -> tuple[str, str]:
    """What is done where an interview is added or changed, and where it is removed. ``differs``: how a database says
    that two values, or nothing, are not the same."""
    update = (
        "UPDATE invitations SET progress = {progress}, outcome = {outcome} WHERE id = {row}.invitation_id"
        " AND (progress IS {differs} {progress} OR outcome IS {differs} {outcome});"
    )
    changed = update.format(progress=_PROGRESS, outcome=_OUTCOME, row="new", differs=differs)
    return changed, update.format(progress="NULL", outcome="NULL", row="old", differs=differs)


def _sqlite() -> tuple[str, ...]:
    changed, gone = _kept("NOT")
    return (
        f"CREATE TRIGGER interviews_added AFTER INSERT ON interviews BEGIN {changed} END",
        f"CREATE TRIGGER interviews_changed AFTER UPDATE OF {_COLUMNS} ON interviews BEGIN {changed} END",
        f"CREATE TRIGGER interviews_removed AFTER DELETE ON interviews BEGIN {gone} END",
    )


def _postgresql() -> tuple[str, ...]:
    changed, gone = _kept("DISTINCT FROM")
    done = "ON interviews FOR EACH ROW EXECUTE FUNCTION note_progress()"
    return (
        "CREATE OR REPLACE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN {gone} ELSE {changed} END IF; RETURN NULL; END $$",
        f"CREATE TRIGGER interviews_added AFTER INSERT {done}",
        f"CREATE TRIGGER interviews_changed AFTER UPDATE OF {_COLUMNS} {done}",
        f"CREATE TRIGGER interviews_removed AFTER DELETE {done}",
    )


@event.listens_for(Interview.__table__, "after_create")
def _make(_table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    for statement in {"sqlite": _sqlite(), "postgresql": _postgresql()}.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
