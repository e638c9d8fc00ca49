"""what people said of themselves, and bias reports

Revision ID: 6be24a90d7f3
Revises: d3a90b6c51f7
Create Date: 2026-12-01 21:40:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '6be24a90d7f3'
down_revision = 'd3a90b6c51f7'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'self_identifications',
        sa.Column('token', sa.String(length=64), nullable=False),
        sa.Column('nonce', sa.String(length=16), nullable=False),
        sa.Column('sealed', sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint('token', name=op.f('pk_self_identifications')),
    )
    op.create_table(
        'bias_reports',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.Column('made_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=True),
        sa.Column('scheduled', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('body', sa.JSON(), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_bias_reports_by_id'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_bias_reports_organisation_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bias_reports')),
    )
    op.create_index(op.f('ix_bias_reports_organisation_id'), 'bias_reports', ['organisation_id'])


def downgrade():
    op.drop_table('bias_reports')
    op.drop_table('self_identifications')
