"""opened answers, approvals, requests for review

Revision ID: f6a4d0b73e85
Revises: e5f3c9a62d74
Create Date: 2026-12-01 15:33:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'f6a4d0b73e85'
down_revision = 'e5f3c9a62d74'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('state', sa.Enum('proposed', 'final', 'returned', name='decisionstate', native_enum=False, length=32), server_default='final', nullable=False))
        batch_op.add_column(sa.Column('final_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('told_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('supersedes_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('record', sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_decisions_supersedes_id'), 'decisions', ['supersedes_id'], ['id'])

    op.create_table('answer_openings',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('answer_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.Column('opened_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_answer_openings_answer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_answer_openings_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_openings')),
    sa.UniqueConstraint('answer_id', 'user_id', name=op.f('uq_answer_openings_answer_id'))
    )
    with op.batch_alter_table('answer_openings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_openings_answer_id'), ['answer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_openings_user_id'), ['user_id'], unique=False)

    op.create_table('approvals',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('decision_id', sa.String(length=32), nullable=False),
    sa.Column('by_id', sa.String(length=32), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('given_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_approvals_by_id')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_approvals_decision_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approvals')),
    sa.UniqueConstraint('decision_id', 'by_id', name=op.f('uq_approvals_decision_id'))
    )
    with op.batch_alter_table('approvals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_approvals_decision_id'), ['decision_id'], unique=False)

    op.create_table('review_requests',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('interview_id', sa.String(length=32), nullable=False),
    sa.Column('decision_id', sa.String(length=32), nullable=False),
    sa.Column('answered_by_id', sa.String(length=32), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('asked_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['decisions.id'], name=op.f('fk_review_requests_answered_by_id')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_review_requests_decision_id')),
    sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_review_requests_interview_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_requests'))
    )
    with op.batch_alter_table('review_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_requests_closed_at'), ['closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_requests_interview_id'), ['interview_id'], unique=False)


def downgrade():
    op.drop_table('review_requests')
    op.drop_table('approvals')
    op.drop_table('answer_openings')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_decisions_supersedes_id'), type_='foreignkey')
        batch_op.drop_column('record')
        batch_op.drop_column('supersedes_id')
        batch_op.drop_column('told_at')
        batch_op.drop_column('final_at')
        batch_op.drop_column('state')
