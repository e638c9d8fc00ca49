"""scoring guides as data, ratings by competency

Revision ID: c3f81a6d02e7
Revises: 91c0d4a7b35e
Create Date: 2026-12-01 17:11:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'c3f81a6d02e7'
down_revision = '91c0d4a7b35e'
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


def downgrade():
    # Without competencies there is one rating a question: scores of single competencies have no place any more.
    op.execute("delete from ratings where competency <> ''")
    with op.batch_alter_table('ratings', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_ratings_scorecard_id'), type_='unique')
        batch_op.create_unique_constraint(op.f('uq_ratings_scorecard_id'), ['scorecard_id', 'question_id'])
        batch_op.drop_column('competency')
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_column('library_item_id')
        batch_op.drop_column('guide')
