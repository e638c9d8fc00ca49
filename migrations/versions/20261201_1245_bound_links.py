"""interviews.browser: which browser a link belongs to; consents: from where they were given

Revision ID: 5f83b1c0e6d2
Revises: c2a9e4d7105b
Create Date: 2026-12-01 12:45:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '5f83b1c0e6d2'
down_revision = 'c2a9e4d7105b'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.add_column(sa.Column('browser', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('released', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('browser', sa.String(length=80), nullable=False, server_default=''))


def downgrade():
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.drop_column('browser')
        batch_op.drop_column('address')
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.drop_column('released')
        batch_op.drop_column('browser')
