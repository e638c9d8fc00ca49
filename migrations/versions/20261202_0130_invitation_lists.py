"""lists of people on their way to becoming invitations

Revision ID: 4e1f7a90c2d8
Revises: 3f7c1e9a4b20
Create Date: 2026-12-02 01:30:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '4e1f7a90c2d8'
down_revision = '3f7c1e9a4b20'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'invitation_batches',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('position_id', sa.String(length=32), nullable=False),
        sa.Column('question_set_id', sa.String(length=32), nullable=False),
        sa.Column('deadline', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('time_zone', sa.String(length=64), server_default='', nullable=False),
        sa.Column('language', sa.String(length=16), server_default='en', nullable=False),
        sa.Column('base', sa.String(length=300), server_default='', nullable=False),
        sa.Column('created_by_id', sa.String(length=32), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('started_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('file_name', sa.String(length=160), nullable=False),
        sa.Column('names', sa.JSON(), nullable=False),
        sa.Column('email', sa.Integer(), nullable=False),
        sa.Column('has_header', sa.Boolean(), nullable=False),
        sa.Column('state', sa.Enum('draft', 'waiting', 'running', 'stopped', 'done', name='batchstate',
                                   native_enum=False, length=32), nullable=False),
        sa.Column('lease_owner', sa.String(length=80), nullable=True),
        sa.Column('lease_until', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_invitation_batches_organisation_id')),
        sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_invitation_batches_position_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['question_set_id'], ['question_sets.id'],
                                name=op.f('fk_invitation_batches_question_set_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_invitation_batches_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation_batches')),
    )
    op.create_index(op.f('ix_invitation_batches_organisation_id'), 'invitation_batches', ['organisation_id'])
    op.create_index(op.f('ix_invitation_batches_position_id'), 'invitation_batches', ['position_id'])
    op.create_table(
        'batch_people',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('batch_id', sa.String(length=32), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('state', sa.Enum('waiting', 'invited', 'failed', name='personstate', native_enum=False, length=32),
                  nullable=False),
        sa.Column('reason', sa.Text(), server_default='', nullable=False),
        sa.Column('invitation_id', sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(['batch_id'], ['invitation_batches.id'], name=op.f('fk_batch_people_batch_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_batch_people_invitation_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_people')),
    )
    op.create_index('ix_batch_people_state', 'batch_people', ['batch_id', 'state', 'line'])
    op.create_index(op.f('ix_batch_people_invitation_id'), 'batch_people', ['invitation_id'])
    op.create_table(
        'people_mappings',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('heading', sa.String(length=64), nullable=False),
        sa.Column('names', sa.JSON(), nullable=False),
        sa.Column('email', sa.Integer(), nullable=False),
        sa.Column('has_header', sa.Boolean(), nullable=False),
        sa.Column('used_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_people_mappings_organisation_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_people_mappings')),
        sa.UniqueConstraint('organisation_id', 'heading', name=op.f('uq_people_mappings_organisation_id')),
    )
    op.create_index(op.f('ix_people_mappings_organisation_id'), 'people_mappings', ['organisation_id'])


def downgrade():
    op.drop_table('people_mappings')
    op.drop_table('batch_people')
    op.drop_table('invitation_batches')
