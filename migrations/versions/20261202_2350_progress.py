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
        "withdrawn_at is null and revoked_at is null and (progress is null or progress = 'begun')",
    ),
    ("ix_interviews_submitted", "interviews", ["organisation_id", "submitted_at"], "state = 'submitted'"),
    ("ix_interviews_outcome", "interviews", ["organisation_id", "outcome", "invitation_id"], "review_state = 'decided'"),
)  # fmt: skip
_OF_NEW = (
    "CASE WHEN new.state <> 'submitted' THEN 'begun' WHEN new.review_state = 'decided' THEN 'decided'"
    " WHEN EXISTS (SELECT 1 FROM reports WHERE interview_id = new.id) THEN 'ready' ELSE 'submitted' END"
)
_KEPT = "UPDATE invitations SET progress = {value} WHERE id = {row}.invitation_id AND progress IS {differs} {value};"
_NOTED = (
    "UPDATE invitations SET progress = '{after}' WHERE progress = '{before}'"
    " AND id = (SELECT invitation_id FROM interviews WHERE interviews.id = {row}.interview_id);"
)
_BUILT = _NOTED.format(before="submitted", after="ready", row="new")
_ERASED = _NOTED.format(before="ready", after="submitted", row="old")


def _kept(value, row):
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    return _KEPT.format(value=value, row=row, differs="DISTINCT FROM" if is_postgresql else "NOT")


def _triggers():
    """Name, when, of which table, what is done, and the function that PostgreSQL has for it."""
    changed, gone = _kept(_OF_NEW, "new"), _kept("NULL", "old")
    return (
        ("interviews_added", "AFTER INSERT", "interviews", changed, "note_progress"),
        (
            "interviews_changed", "AFTER UPDATE OF state, review_state, invitation_id", "interviews", changed,
            "note_progress",
        ),
        ("interviews_removed", "AFTER DELETE", "interviews", gone, "note_progress"),
        ("reports_added", "AFTER INSERT", "reports", _BUILT, "note_report"),
        ("reports_removed", "AFTER DELETE", "reports", _ERASED, "note_report"),
    )  # fmt: skip


def upgrade():
    op.add_column("invitations", sa.Column("progress", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE invitations SET progress = (SELECT CASE WHEN i.state <> 'submitted' THEN 'begun'"
        " WHEN i.review_state = 'decided' THEN 'decided'"
        " WHEN EXISTS (SELECT 1 FROM reports r WHERE r.interview_id = i.id) THEN 'ready' ELSE 'submitted' END"
        " FROM interviews i WHERE i.invitation_id = invitations.id)"
        " WHERE id IN (SELECT invitation_id FROM interviews)"
    )
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        for function, removed, else_ in (
            ("note_progress", _kept("NULL", "old"), _kept(_OF_NEW, "new")),
            ("note_report", _ERASED, _BUILT),
        ):
            op.execute(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF TG_OP = 'DELETE' THEN {removed} ELSE {else_} END IF; RETURN NULL; END $$"
            )
    for name, when, table, done, function in _triggers():
        if is_postgresql:
            op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
        else:
            op.execute(f"CREATE TRIGGER {name} {when} ON {table} BEGIN {done} END")
    op.drop_index("ix_invitations_open", table_name="invitations")


def downgrade():
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, _when, table, _done, _function in _triggers():
        op.execute(f"DROP TRIGGER {name} ON {table}" if is_postgresql else f"DROP TRIGGER {name}")
    if is_postgresql:
        op.execute("DROP FUNCTION note_progress()")
        op.execute("DROP FUNCTION note_report()")
    where = sa.text("withdrawn_at is null and revoked_at is null")
    op.create_index("ix_invitations_open", "invitations", ["deadline"], postgresql_where=where, sqlite_where=where)
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("invitations", "progress")
