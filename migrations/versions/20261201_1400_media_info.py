"""recordings: what verification learnt of the file

Revision ID: a17e5c93d0f4
Revises: 8e4d1f6a20b7
Create Date: 2026-12-01 14:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'a17e5c93d0f4'
down_revision = '8e4d1f6a20b7'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('recordings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('media_info', sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table('recordings', schema=None) as batch_op:
        batch_op.drop_column('media_info')
