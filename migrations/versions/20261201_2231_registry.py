"""versions of models that have served

Revision ID: 90c7d1e8b45a
Revises: 6be24a90d7f3
Create Date: 2026-12-01 21:50:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '90c7d1e8b45a'
down_revision = '6be24a90d7f3'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'model_versions',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('version', sa.String(length=60), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('card', sa.JSON(), nullable=False),
        sa.Column('since', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_model_versions')),
        sa.UniqueConstraint('name', 'version', 'sha256', name=op.f('uq_model_versions_name')),
    )


def downgrade():
    op.drop_table('model_versions')
