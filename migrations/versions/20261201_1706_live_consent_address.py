"""live consents: from where they were given

Revision ID: 91c0d4a7b35e
Revises: a7b5e1c84f96
Create Date: 2026-12-01 16:40:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '91c0d4a7b35e'
down_revision = 'a7b5e1c84f96'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('live_consents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(length=64), nullable=False, server_default=''))


def downgrade():
    with op.batch_alter_table('live_consents', schema=None) as batch_op:
        batch_op.drop_column('address')
