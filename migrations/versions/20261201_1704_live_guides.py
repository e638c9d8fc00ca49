"""live rooms: what is asked, private notes, where it is scored

Revision ID: a7b5e1c84f96
Revises: f6a4d0b73e85
Create Date: 2026-12-01 15:34:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'a7b5e1c84f96'
down_revision = 'f6a4d0b73e85'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('live_rooms', schema=None) as batch_op:
        batch_op.add_column(sa.Column('question_set_id', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('scored_id', sa.String(length=32), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_live_rooms_scored_id'), ['scored_id'])
        batch_op.create_foreign_key(batch_op.f('fk_live_rooms_question_set_id'), 'question_sets', ['question_set_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_live_rooms_scored_id'), 'interviews', ['scored_id'], ['id'], ondelete='SET NULL')

    op.create_table('live_notes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('room_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.Column('question_id', sa.String(length=32), nullable=True),
    sa.Column('at_seconds', sa.Double(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_live_notes_question_id')),
    sa.ForeignKeyConstraint(['room_id'], ['live_rooms.id'], name=op.f('fk_live_notes_room_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_live_notes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_notes'))
    )
    with op.batch_alter_table('live_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_live_notes_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_live_notes_user_id'), ['user_id'], unique=False)


def downgrade():
    op.drop_table('live_notes')
    with op.batch_alter_table('live_rooms', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_live_rooms_question_set_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_live_rooms_scored_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_live_rooms_scored_id'), type_='unique')
        batch_op.drop_column('scored_id')
        batch_op.drop_column('question_set_id')
