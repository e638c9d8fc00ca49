"""calibration: interviews with agreed scores, and what reviewers give them

Revision ID: f27d6b05c8e9
Revises: e81c5a94d2b6
Create Date: 2026-12-01 17:14:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'f27d6b05c8e9'
down_revision = 'e81c5a94d2b6'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'gold_interviews',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('scores', sa.JSON(), nullable=False),
        sa.Column('made_by_id', sa.String(length=32), nullable=False),
        sa.Column('made_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('retired_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_gold_interviews_interview_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_gold_interviews_made_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_gold_interviews')),
        sa.UniqueConstraint('interview_id', name=op.f('uq_gold_interviews_interview_id')),
    )
    op.create_table(
        'calibration_cards',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('gold_id', sa.String(length=32), nullable=False),
        sa.Column('reviewer_id', sa.String(length=32), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('scores', sa.JSON(), nullable=False),
        sa.Column('reference', sa.JSON(), nullable=False),
        sa.Column('submitted_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['gold_id'], ['gold_interviews.id'], name=op.f('fk_calibration_cards_gold_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_calibration_cards_reviewer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_cards')),
        sa.UniqueConstraint('gold_id', 'reviewer_id', 'round', name=op.f('uq_calibration_cards_gold_id')),
    )
    op.create_index(op.f('ix_calibration_cards_gold_id'), 'calibration_cards', ['gold_id'])
    op.create_index(op.f('ix_calibration_cards_reviewer_id'), 'calibration_cards', ['reviewer_id'])


def downgrade():
    op.drop_table('calibration_cards')
    op.drop_table('gold_interviews')
