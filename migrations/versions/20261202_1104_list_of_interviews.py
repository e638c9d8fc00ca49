"""Indexes by which the list of interviews counts and sorts a hundred thousand

Revision ID: b4e8d27f1c60
Revises: e41c7a90d2b6
Create Date: 2026-12-02 11:04
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "b4e8d27f1c60"
down_revision = "e41c7a90d2b6"
branch_labels = None
depends_on = None

#: Name, table, columns, and of which rows.
INDEXES = (
    ("ix_invitations_of", "invitations", ["organisation_id", "job_id"], None),
    ("ix_invitations_newest", "invitations", ["created_at", "id"], None),
    ("ix_invitations_open", "invitations", ["deadline"], "withdrawn_at is null and revoked_at is null"),
    ("ix_invitations_withdrawn", "invitations", ["organisation_id"], "withdrawn_at is not null"),
    ("ix_invitations_revoked", "invitations", ["organisation_id"], "revoked_at is not null"),
    ("ix_interviews_of", "interviews", ["organisation_id", "job_id", "state", "mode"], None),
    ("ix_interviews_undecided", "interviews", ["submitted_at"], "review_state <> 'decided'"),
)


def upgrade():
    for name, table, columns, where in INDEXES:
        options = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)} if where else {}
        op.create_index(name, table, columns, **options)


def downgrade():
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table_name=table)
