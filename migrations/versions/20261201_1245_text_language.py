"""the language that a consent's text was shown in

Revision ID: 5d0c27b9e4a1
Revises: 5f83b1c0e6d2
Create Date: 2026-12-01 12:45:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '5d0c27b9e4a1'
down_revision = '5f83b1c0e6d2'
branch_labels = None
depends_on = None


def upgrade():
    # Every text so far was English.
    for table in ('consents', 'live_consents'):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column('text_language', sa.String(length=16), nullable=False, server_default='en'))


def downgrade():
    for table in ('live_consents', 'consents'):
        with op.batch_alter_table(table) as batch:
            batch.drop_column('text_language')
