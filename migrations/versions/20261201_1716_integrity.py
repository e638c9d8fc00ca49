"""integrity: which positions note facts, who was told, what was noted

Revision ID: 8c41f0d7b2e6
Revises: 5d20c7e1a9b3
Create Date: 2026-12-01 17:21:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '8c41f0d7b2e6'
down_revision = '5d20c7e1a9b3'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'integrity_settings',
        sa.Column('position_id', sa.String(length=32), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('since', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_integrity_settings_by_id')),
        sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_integrity_settings_position_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('position_id', name=op.f('pk_integrity_settings')),
    )
    op.create_table(
        'integrity_notices',
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('text_version', sa.String(length=32), nullable=False),
        sa.Column('text_language', sa.String(length=16), nullable=False),
        sa.Column('told_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_integrity_notices_interview_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('interview_id', name=op.f('pk_integrity_notices')),
    )
    op.create_table(
        'integrity_facts',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('answer_id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.Enum('left_page', 'pasted', name='factkind', native_enum=False, length=32),
                  nullable=False),
        sa.Column('amount', sa.Integer(), nullable=False),
        sa.Column('noted_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_integrity_facts_answer_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_integrity_facts')),
    )
    op.create_index(op.f('ix_integrity_facts_answer_id'), 'integrity_facts', ['answer_id'])


def downgrade():
    op.drop_table('integrity_facts')
    op.drop_table('integrity_notices')
    op.drop_table('integrity_settings')
