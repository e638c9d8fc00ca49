"""scoring guides as data, ratings by competency, opened answers

Revision ID: c3f81a6d02e7
Revises: 2b9f6e18c7a3
Create Date: 2026-12-01 16:31:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'c3f81a6d02e7'
down_revision = '2b9f6e18c7a3'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guide', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('library_item_id', sa.String(length=32), nullable=True))
    with op.batch_alter_table('ratings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('competency', sa.String(length=40), nullable=False, server_default=''))
        batch_op.drop_constraint(op.f('uq_ratings_scorecard_id'), type_='unique')
        batch_op.create_unique_constraint(op.f('uq_ratings_scorecard_id'), ['scorecard_id', 'question_id', 'competency'])
    op.create_table(
        'answer_openings',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('answer_id', sa.String(length=32), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('opened_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('last_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('times', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_answer_openings_answer_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_answer_openings_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_openings')),
        sa.UniqueConstraint('answer_id', 'user_id', name=op.f('uq_answer_openings_answer_id')),
    )
    op.create_index(op.f('ix_answer_openings_answer_id'), 'answer_openings', ['answer_id'])
    op.create_index(op.f('ix_answer_openings_user_id'), 'answer_openings', ['user_id'])


def downgrade():
    op.drop_table('answer_openings')
    # Without competencies there is one rating a question: scores of single competencies have no place any more.
    op.execute("delete from ratings where competency <> ''")
    with op.batch_alter_table('ratings', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_ratings_scorecard_id'), type_='unique')
        batch_op.create_unique_constraint(op.f('uq_ratings_scorecard_id'), ['scorecard_id', 'question_id'])
        batch_op.drop_column('competency')
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_column('library_item_id')
        batch_op.drop_column('guide')
