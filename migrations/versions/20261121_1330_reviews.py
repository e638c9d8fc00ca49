"""reviews: scorecards, ratings, verdicts on rubric points, decisions

Revision ID: b41d7f0a93c6
Revises: 7d2b90c4e1a5
Create Date: 2026-11-21 13:30:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'b41d7f0a93c6'
down_revision = '7d2b90c4e1a5'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'scorecards',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('reviewer_id', sa.String(length=32), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('state', sa.Enum('draft', 'submitted', 'skipped', name='scorecardstate', native_enum=False, length=32), nullable=False),
        sa.Column('summary', sa.Text(), nullable=False),
        sa.Column('after_readings', sa.Boolean(), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('closed_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_scorecards_interview_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['reviewer_id'], ['users.id'], name=op.f('fk_scorecards_reviewer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_scorecards')),
        sa.UniqueConstraint('interview_id', 'reviewer_id', 'version', name=op.f('uq_scorecards_interview_id')),
    )
    op.create_index(op.f('ix_scorecards_interview_id'), 'scorecards', ['interview_id'])
    op.create_index(op.f('ix_scorecards_reviewer_id'), 'scorecards', ['reviewer_id'])
    op.create_table(
        'ratings',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('scorecard_id', sa.String(length=32), nullable=False),
        sa.Column('question_id', sa.String(length=32), nullable=False),
        sa.Column('score', sa.Integer(), nullable=True),
        sa.Column('note', sa.Text(), nullable=False),
        sa.CheckConstraint('score between 1 and 5', name=op.f('ck_ratings_score')),
        sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_ratings_question_id')),
        sa.ForeignKeyConstraint(['scorecard_id'], ['scorecards.id'], name=op.f('fk_ratings_scorecard_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ratings')),
        sa.UniqueConstraint('scorecard_id', 'question_id', name=op.f('uq_ratings_scorecard_id')),
    )
    op.create_index(op.f('ix_ratings_scorecard_id'), 'ratings', ['scorecard_id'])
    op.create_table(
        'point_verdicts',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('answer_id', sa.String(length=32), nullable=False),
        sa.Column('point', sa.String(length=300), nullable=False),
        sa.Column('verdict', sa.Enum('confirmed', 'struck', name='verdict', native_enum=False, length=32), nullable=False),
        sa.Column('was_found', sa.Boolean(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('given_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_point_verdicts_answer_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_point_verdicts_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_point_verdicts')),
    )
    op.create_index(op.f('ix_point_verdicts_answer_id'), 'point_verdicts', ['answer_id'])
    op.create_table(
        'decisions',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('outcome', sa.Enum('advance', 'hold', 'decline', name='outcome', native_enum=False, length=32), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('decided_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint('length(reason) > 0', name=op.f('ck_decisions_reason')),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_decisions_by_id')),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_decisions_interview_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions')),
    )
    op.create_index(op.f('ix_decisions_interview_id'), 'decisions', ['interview_id'])


def downgrade():
    for name in ('decisions', 'point_verdicts', 'ratings', 'scorecards'):
        op.drop_table(name)
