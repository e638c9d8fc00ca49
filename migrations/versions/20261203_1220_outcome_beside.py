"""What was decided, beside its invitation, kept by the database itself

Revision ID: 7d2a9f4c1e83
Revises: 3b7e9a1d5c62
Create Date: 2026-12-03 12:20
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "7d2a9f4c1e83"
down_revision = "3b7e9a1d5c62"
branch_labels = None
depends_on = None

_STAYS, _DECIDED = sa.text("withdrawn_at is null"), sa.text("review_state = 'decided'")
_PROGRESS = (
    "CASE WHEN new.state <> 'submitted' THEN 'begun' WHEN new.review_state = 'decided' THEN 'decided'"
    " WHEN EXISTS (SELECT 1 FROM reports WHERE interview_id = new.id) THEN 'ready' ELSE 'submitted' END"
)
_OUTCOME = "CASE WHEN new.state = 'submitted' AND new.review_state = 'decided' THEN new.outcome END"
_WITH_OUTCOME = (
    "UPDATE invitations SET progress = {progress}, outcome = {outcome} WHERE id = {row}.invitation_id"
    " AND (progress IS {differs} {progress} OR outcome IS {differs} {outcome});"
)
_WITHOUT = "UPDATE invitations SET progress = {progress} WHERE id = {row}.invitation_id AND progress IS {differs} {progress};"  # fmt: skip


def _triggers(kept, columns):
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differs = "DISTINCT FROM" if is_postgresql else "NOT"
    changed = kept.format(progress=_PROGRESS, outcome=_OUTCOME, row="new", differs=differs)
    gone = kept.format(progress="NULL", outcome="NULL", row="old", differs=differs)
    triggers = (
        ("interviews_added", "AFTER INSERT", changed),
        ("interviews_changed", f"AFTER UPDATE OF {columns}", changed),
        ("interviews_removed", "AFTER DELETE", gone),
    )
    for name, _when, _done in triggers:
        op.execute(f"DROP TRIGGER {name} ON interviews" if is_postgresql else f"DROP TRIGGER {name}")
    if is_postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN {gone} ELSE {changed} END IF; RETURN NULL; END $$"
        )
    for name, when, done in triggers:
        what = "FOR EACH ROW EXECUTE FUNCTION note_progress()" if is_postgresql else f"BEGIN {done} END"
        op.execute(f"CREATE TRIGGER {name} {when} ON interviews {what}")


def _index(columns):
    op.drop_index("ix_invitations_progress", table_name="invitations")
    op.create_index(
        "ix_invitations_progress", "invitations", columns, postgresql_where=_STAYS, sqlite_where=_STAYS
    )  # fmt: skip


def upgrade():
    op.add_column("invitations", sa.Column("outcome", sa.String(length=32), nullable=True))
    _triggers(_WITH_OUTCOME, "state, review_state, outcome, invitation_id")
    op.execute(
        "UPDATE invitations SET outcome = (SELECT i.outcome FROM interviews i WHERE i.invitation_id = invitations.id)"
        " WHERE progress = 'decided'"
    )
    _index(["organisation_id", "progress", "job_id", "outcome"])
    op.drop_index("ix_interviews_decided", table_name="interviews")


def downgrade():
    op.create_index(
        "ix_interviews_decided", "interviews", ["outcome", "organisation_id", "invitation_id", "id"],
        postgresql_where=_DECIDED, sqlite_where=_DECIDED,
    )  # fmt: skip
    _index(["organisation_id", "progress", "job_id"])
    _triggers(_WITHOUT, "state, review_state, invitation_id")
    op.drop_column("invitations", "outcome")
