"""Find what was decided in an index alone

Revision ID: 5a9d2c7e4b16
Revises: 4f7a9c2e8d15
Create Date: 2026-12-03 05:50
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "5a9d2c7e4b16"
down_revision = "4f7a9c2e8d15"
branch_labels = None
depends_on = None

_WHERE = sa.text("review_state = 'decided'")


def _replace(old, new, columns):
    op.create_index(new, "interviews", columns, postgresql_where=_WHERE, sqlite_where=_WHERE)
    op.drop_index(old, table_name="interviews")


def upgrade():
    _replace("ix_interviews_outcome", "ix_interviews_decided", ["outcome", "organisation_id", "invitation_id", "id"])


def downgrade():
    _replace("ix_interviews_decided", "ix_interviews_outcome", ["organisation_id", "outcome", "invitation_id"])
