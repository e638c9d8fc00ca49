"""How far an interview has come, beside its invitation, kept by the database itself

Revision ID: 3c8f1d7b2e96
Revises: 8b3d6e0f5a29
Create Date: 2026-12-02 23:50
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "3c8f1d7b2e96"
down_revision = "8b3d6e0f5a29"
branch_labels = None
depends_on = None

#: Name, table, columns, and of which rows.
INDEXES = (
    ("ix_invitations_progress", "invitations", ["organisation_id", "progress", "job_id"], "withdrawn_at is null"),
    (
        "ix_invitations_unanswered", "invitations", ["deadline"],
        "withdrawn_at is null and revoked_at is null and progress is null",
    ),
    ("ix_interviews_submitted", "interviews", ["organisation_id", "submitted_at"], "state = 'submitted'"),
)  # fmt: skip
_OF_NEW = (
    "CASE WHEN new.state = 'submitted' THEN CASE WHEN new.review_state = 'decided' THEN 'decided' ELSE 'submitted' END"
    " END"
)
_KEPT = "UPDATE invitations SET progress = {value} WHERE id = {row}.invitation_id AND progress IS {differs} {value};"
EVENTS = (
    ("interviews_added", "AFTER INSERT", "new"),
    ("interviews_changed", "AFTER UPDATE OF state, review_state, invitation_id", "new"),
    ("interviews_removed", "AFTER DELETE", "old"),
)


def upgrade():
    op.add_column("invitations", sa.Column("progress", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE invitations SET progress = (SELECT CASE WHEN i.review_state = 'decided' THEN 'decided' ELSE 'submitted'"
        " END FROM interviews i WHERE i.invitation_id = invitations.id AND i.state = 'submitted')"
        " WHERE id IN (SELECT invitation_id FROM interviews WHERE state = 'submitted')"
    )
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_OP = 'DELETE' THEN "
            f"{_KEPT.format(value='NULL', row='old', differs='DISTINCT FROM')} "
            f"ELSE {_KEPT.format(value=_OF_NEW, row='new', differs='DISTINCT FROM')} END IF; RETURN NULL; END $$"
        )
    for name, when, row in EVENTS:
        if is_postgresql:
            op.execute(f"CREATE TRIGGER {name} {when} ON interviews FOR EACH ROW EXECUTE FUNCTION note_progress()")
        else:
            kept = _KEPT.format(value=_OF_NEW if row == "new" else "NULL", row=row, differs="NOT")
            op.execute(f"CREATE TRIGGER {name} {when} ON interviews BEGIN {kept} END")
    op.drop_index("ix_invitations_open", table_name="invitations")


def downgrade():
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, _when, _row in EVENTS:
        op.execute(f"DROP TRIGGER {name} ON interviews" if is_postgresql else f"DROP TRIGGER {name}")
    if is_postgresql:
        op.execute("DROP FUNCTION note_progress()")
    where = sa.text("withdrawn_at is null and revoked_at is null")
    op.create_index("ix_invitations_open", "invitations", ["deadline"], postgresql_where=where, sqlite_where=where)
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("invitations", "progress")
