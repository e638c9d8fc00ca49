"""recordings: verification leases and interrupted recordings

Revision ID: 5c1f0d2a7e94
Revises: 09325ae562d1
Create Date: 2026-11-21 09:40:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '5c1f0d2a7e94'
down_revision = '09325ae562d1'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('recordings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('interrupted', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('lease_owner', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('lease_until', webapp.core.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))


def downgrade():
    with op.batch_alter_table('recordings', schema=None) as batch_op:
        for name in ('attempts', 'lease_until', 'lease_owner', 'interrupted'):
            batch_op.drop_column(name)
