"""question types: choices, numbers, dates, files and code; themes; files as answers

Revision ID: 7a2e90d1c5b8
Revises: 61b0c94de7f3
Create Date: 2026-12-01 22:34:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '7a2e90d1c5b8'
down_revision = '61b0c94de7f3'
branch_labels = None
depends_on = None

_NEW = "('code', 'single', 'multiple', 'number', 'date', 'file')"


def upgrade():
    with op.batch_alter_table('question_sets') as batch_op:
        batch_op.add_column(sa.Column(
            'beforehand', sa.Enum('nothing', 'themes', 'questions', name='beforehand', native_enum=False, length=32),
            server_default='nothing', nullable=False))
    with op.batch_alter_table('questions') as batch_op:
        batch_op.add_column(sa.Column('theme', sa.String(length=120), server_default='', nullable=False))
        batch_op.add_column(sa.Column('settings', sa.JSON(), nullable=True))
    with op.batch_alter_table('attachments') as batch_op:
        batch_op.alter_column('added_by_id', existing_type=sa.String(length=32), nullable=True)
        batch_op.add_column(sa.Column('answer_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column(
            'scan', sa.Enum('unscanned', 'clean', 'quarantined', name='scan', native_enum=False, length=32),
            server_default='unscanned', nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_attachments_answer_id'), 'answers', ['answer_id'], ['id'],
                                    ondelete='CASCADE')
        batch_op.create_index(batch_op.f('ix_attachments_answer_id'), ['answer_id'])


def downgrade():
    # What was answered in the new ways stays as text.
    op.execute(f"update questions set kind = 'text' where kind in {_NEW}")
    op.execute('delete from attachments where added_by_id is null')
    with op.batch_alter_table('attachments') as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachments_answer_id'))
        batch_op.drop_constraint(batch_op.f('fk_attachments_answer_id'), type_='foreignkey')
        batch_op.drop_column('scan')
        batch_op.drop_column('answer_id')
        batch_op.alter_column('added_by_id', existing_type=sa.String(length=32), nullable=False)
    with op.batch_alter_table('questions') as batch_op:
        batch_op.drop_column('settings')
        batch_op.drop_column('theme')
    with op.batch_alter_table('question_sets') as batch_op:
        batch_op.drop_column('beforehand')
