"""answers: when the recording was withdrawn; people: their time zone

Revision ID: 8e4d1f6a20b7
Revises: 5d0c27b9e4a1
Create Date: 2026-12-01 13:40:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '8e4d1f6a20b7'
down_revision = '5d0c27b9e4a1'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('recording_withdrawn_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True)
        )
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('time_zone', sa.String(length=64), nullable=False, server_default=''))


def downgrade():
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('time_zone')
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.drop_column('recording_withdrawn_at')
