"""review states, stages, saved views and attachments

Revision ID: d4e2b8f51c63
Revises: c3d1a7e40b52
Create Date: 2026-12-01 15:31:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'd4e2b8f51c63'
down_revision = 'c3d1a7e40b52'
branch_labels = None
depends_on = None


def _state():
    """Where people have come so far: by their decisions and their scorecards."""
    connection = op.get_bind()
    interviews = sa.table('interviews', *map(sa.column, ('id', 'review_state', 'outcome')))
    cards = sa.table('scorecards', sa.column('interview_id'))
    decisions = sa.table('decisions', *map(sa.column, ('id', 'interview_id', 'outcome', 'decided_at')))
    begun = sa.exists().where(cards.c.interview_id == interviews.c.id)
    connection.execute(interviews.update().where(begun).values(review_state='in_review'))
    latest = (
        sa.select(decisions.c.outcome)
        .where(decisions.c.interview_id == interviews.c.id)
        .order_by(decisions.c.decided_at.desc(), decisions.c.id)
        .limit(1)
        .scalar_subquery()
    )
    decided = sa.exists().where(decisions.c.interview_id == interviews.c.id)
    connection.execute(interviews.update().where(decided).values(review_state='decided', outcome=latest))


def upgrade():
    op.create_table('position_approvers',
    sa.Column('position_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_position_approvers_position_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_position_approvers_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('position_id', 'user_id', name=op.f('pk_position_approvers'))
    )

    op.create_table('position_stages',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('position_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('to_review', 'in_review', 'decided', name='reviewstate', native_enum=False, length=32), nullable=False),
    sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_position_stages_position_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_position_stages')),
    sa.UniqueConstraint('position_id', 'name', name=op.f('uq_position_stages_position_id'))
    )
    with op.batch_alter_table('position_stages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_position_stages_position_id'), ['position_id'], unique=False)

    op.create_table('saved_views',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=500), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_views_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_saved_views_user_id'))
    )
    with op.batch_alter_table('saved_views', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_views_user_id'), ['user_id'], unique=False)

    op.create_table('attachments',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('invitation_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('added_by_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('bytes > 0', name=op.f('ck_attachments_bytes')),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_attachments_added_by_id')),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_attachments_invitation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments'))
    )
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachments_invitation_id'), ['invitation_id'], unique=False)

    op.create_table('stage_moves',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('interview_id', sa.String(length=32), nullable=False),
    sa.Column('before', sa.String(length=60), nullable=False),
    sa.Column('after', sa.String(length=60), nullable=False),
    sa.Column('by_id', sa.String(length=32), nullable=False),
    sa.Column('moved_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_stage_moves_by_id')),
    sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_stage_moves_interview_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_moves'))
    )
    with op.batch_alter_table('stage_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stage_moves_interview_id'), ['interview_id'], unique=False)

    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('four_eyes', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('blind_review', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_state', sa.Enum('to_review', 'in_review', 'decided', name='reviewstate', native_enum=False, length=32), server_default='to_review', nullable=False))
        batch_op.add_column(sa.Column('outcome', sa.Enum('advance', 'hold', 'decline', name='outcome', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('stage_id', sa.String(length=32), nullable=True))
        batch_op.create_index('ix_interviews_review', ['review_state', 'submitted_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_interviews_stage_id'), ['stage_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_interviews_stage_id'), 'position_stages', ['stage_id'], ['id'], ondelete='SET NULL')
    _state()


def downgrade():
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_interviews_stage_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_interviews_stage_id'))
        batch_op.drop_index('ix_interviews_review')
        batch_op.drop_column('stage_id')
        batch_op.drop_column('outcome')
        batch_op.drop_column('review_state')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_column('blind_review')
        batch_op.drop_column('four_eyes')
    op.drop_table('stage_moves')
    op.drop_table('attachments')
    op.drop_table('saved_views')
    op.drop_table('position_stages')
    op.drop_table('position_approvers')
