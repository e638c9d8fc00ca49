"""user_sessions: where people are signed in

Revision ID: c2a9e4d7105b
Revises: bfc41ba78b6e
Create Date: 2026-12-01 12:30:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'c2a9e4d7105b'
down_revision = 'bfc41ba78b6e'
branch_labels = None
depends_on = None


def upgrade():
    moment = webapp.core.database.UtcDateTime(timezone=True)
    op.create_table('user_sessions',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('browser', sa.String(length=80), nullable=False),
    sa.Column('remembered', sa.Boolean(), nullable=False),
    sa.Column('created_at', moment, nullable=False),
    sa.Column('seen_at', moment, nullable=False),
    sa.Column('confirmed_at', moment, nullable=False),
    sa.Column('ends_at', moment, nullable=False),
    sa.Column('ended_at', moment, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_sessions_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_sessions'))
    )
    with op.batch_alter_table('user_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_sessions_user_id'), ['user_id'], unique=False)


def downgrade():
    op.drop_table('user_sessions')
