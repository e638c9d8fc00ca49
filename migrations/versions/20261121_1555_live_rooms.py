"""live rooms: members, consents, what is kept of readings

Revision ID: bfc41ba78b6e
Revises: b41d7f0a93c6
Create Date: 2026-11-21 15:55:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'bfc41ba78b6e'
down_revision = 'b41d7f0a93c6'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('live_rooms',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('mode', sa.Enum('practice', 'assessment', name='mode', native_enum=False, length=32), nullable=False),
    sa.Column('owner_id', sa.String(length=32), nullable=False),
    sa.Column('job_id', sa.String(length=32), nullable=True),
    sa.Column('interview_id', sa.String(length=32), nullable=True),
    sa.Column('candidate_name', sa.String(length=120), nullable=False),
    sa.Column('link_number', sa.Integer(), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("mode = 'practice' or job_id is not null", name=op.f('ck_live_rooms_mode')),
    sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_live_rooms_interview_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_live_rooms_job_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_live_rooms_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_rooms'))
    )
    with op.batch_alter_table('live_rooms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_live_rooms_interview_id'), ['interview_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_live_rooms_job_id'), ['job_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_live_rooms_owner_id'), ['owner_id'], unique=False)

    op.create_table('live_members',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('room_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('role', sa.Enum('host', 'guest', name='memberrole', native_enum=False, length=32), nullable=False),
    sa.Column('is_candidate', sa.Boolean(), nullable=False),
    sa.Column('interview_id', sa.String(length=32), nullable=True),
    sa.Column('joined_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('seen_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_live_members_interview_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['room_id'], ['live_rooms.id'], name=op.f('fk_live_members_room_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_live_members_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_members')),
    sa.UniqueConstraint('room_id', 'user_id', name=op.f('uq_live_members_room_id'))
    )
    with op.batch_alter_table('live_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_live_members_interview_id'), ['interview_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_live_members_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_live_members_user_id'), ['user_id'], unique=False)

    op.create_table('live_consents',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('member_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('reading', 'recording', name='livepurpose', native_enum=False, length=32), nullable=False),
    sa.Column('granted', sa.Boolean(), nullable=False),
    sa.Column('text_version', sa.String(length=32), nullable=False),
    sa.Column('decided_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['live_members.id'], name=op.f('fk_live_consents_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_consents')),
    sa.UniqueConstraint('member_id', 'number', name=op.f('uq_live_consents_member_id'))
    )
    with op.batch_alter_table('live_consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_live_consents_member_id'), ['member_id'], unique=False)

    op.create_table('live_tracks',
    sa.Column('member_id', sa.String(length=32), nullable=False),
    sa.Column('began_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['live_members.id'], name=op.f('fk_live_tracks_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_live_tracks'))
    )


def downgrade():
    for name in ('live_tracks', 'live_consents', 'live_members', 'live_rooms'):
        op.drop_table(name)
