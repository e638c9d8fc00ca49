"""How far an interview has come, beside its invitation: ``invitations.progress``.

The list of interviews counts and sorts a hundred thousand by the columns of one table, and by its indexes. The database
itself keeps the column (triggers on ``interviews``), whatever writes a row: a program of the last release as well, or
an operator by hand. The migration makes the same triggers; these statements are for databases that are made without
migrations, as tests do. A report that is built or erased has triggers of its own (webapp/reports/progress.py).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from webapp.interviews.models import Interview

_OF_NEW = (
    "CASE WHEN new.state <> 'submitted' THEN 'begun' WHEN new.review_state = 'decided' THEN 'decided'"
    " WHEN EXISTS (SELECT 1 FROM reports WHERE interview_id = new.id) THEN 'ready' ELSE 'submitted' END"
)
_KEPT = "UPDATE invitations SET progress = {value} WHERE id = {row}.invitation_id AND progress IS {differs} {value};"

SQLITE = (
    "CREATE TRIGGER interviews_added AFTER INSERT ON interviews BEGIN "
    f"{_KEPT.format(value=_OF_NEW, row='new', differs='NOT')} END",
    "CREATE TRIGGER interviews_changed AFTER UPDATE OF state, review_state, invitation_id ON interviews BEGIN "
    f"{_KEPT.format(value=_OF_NEW, row='new', differs='NOT')} END",
    "CREATE TRIGGER interviews_removed AFTER DELETE ON interviews BEGIN "
    f"{_KEPT.format(value='NULL', row='old', differs='NOT')} END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' THEN "
    f"{_KEPT.format(value='NULL', row='old', differs='DISTINCT FROM')} "
    f"ELSE {_KEPT.format(value=_OF_NEW, row='new', differs='DISTINCT FROM')} END IF; RETURN NULL; END $$",
    "CREATE TRIGGER interviews_added AFTER INSERT ON interviews FOR EACH ROW EXECUTE FUNCTION note_progress()",
    "CREATE TRIGGER interviews_changed AFTER UPDATE OF state, review_state, invitation_id ON interviews"
    " FOR EACH ROW EXECUTE FUNCTION note_progress()",
    "CREATE TRIGGER interviews_removed AFTER DELETE ON interviews FOR EACH ROW EXECUTE FUNCTION note_progress()",
)


@event.listens_for(Interview.__table__, "after_create")
def _make(_table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)
