"""links for guest reviewers

Revision ID: e5f3c9a62d74
Revises: d4e2b8f51c63
Create Date: 2026-12-01 15:32:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'e5f3c9a62d74'
down_revision = 'd4e2b8f51c63'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('shares',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('position_id', sa.String(length=32), nullable=False),
    sa.Column('guest_id', sa.String(length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('created_by_id', sa.String(length=32), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('with_analyses', sa.Boolean(), nullable=False),
    sa.Column('hidden_questions', sa.JSON(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=True),
    sa.Column('wrong_codes', sa.Integer(), nullable=False),
    sa.Column('browser', sa.String(length=64), nullable=True),
    sa.Column('bound_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_shares_created_by_id')),
    sa.ForeignKeyConstraint(['guest_id'], ['users.id'], name=op.f('fk_shares_guest_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_shares_organisation_id')),
    sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_shares_position_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shares'))
    )
    with op.batch_alter_table('shares', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shares_created_by_id'), ['created_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shares_guest_id'), ['guest_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shares_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shares_position_id'), ['position_id'], unique=False)

    op.create_table('shared_interviews',
    sa.Column('share_id', sa.String(length=32), nullable=False),
    sa.Column('interview_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_shared_interviews_interview_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['share_id'], ['shares.id'], name=op.f('fk_shared_interviews_share_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('share_id', 'interview_id', name=op.f('pk_shared_interviews'))
    )
    with op.batch_alter_table('shared_interviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shared_interviews_interview_id'), ['interview_id'], unique=False)

    op.create_table('share_events',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('share_id', sa.String(length=32), nullable=False),
    sa.Column('act', sa.Enum('bound', 'wrong_code', 'opened', 'played', 'scored', name='shareact', native_enum=False, length=32), nullable=False),
    sa.Column('answer_id', sa.String(length=32), nullable=True),
    sa.Column('at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['answers.id'], name=op.f('fk_share_events_answer_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['share_id'], ['shares.id'], name=op.f('fk_share_events_share_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_events'))
    )
    with op.batch_alter_table('share_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_share_events_share_id'), ['share_id'], unique=False)


def downgrade():
    op.drop_table('share_events')
    op.drop_table('shared_interviews')
    op.drop_table('shares')
    # Guests keep what they wrote; accounts of a kind that is not known any more cannot sign in.
    users = sa.table('users', sa.column('role'), sa.column('active', sa.Boolean()))
    op.get_bind().execute(users.update().where(users.c.role == 'guest').values(role='candidate', active=False))
