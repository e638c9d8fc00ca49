"""orders from applicant tracking systems

Revision ID: 8c5d21e6b7f4
Revises: 4e1f7a90c2d8
Create Date: 2026-12-02 01:50:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '8c5d21e6b7f4'
down_revision = '4e1f7a90c2d8'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'ats_connections',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('system', sa.Enum('greenhouse', 'ashby', 'webhook', name='system', native_enum=False, length=32),
                  nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('key_hash', sa.String(length=64), nullable=False),
        sa.Column('key_sealed', sa.Text(), nullable=False),
        sa.Column('their_key_sealed', sa.Text(), server_default='', nullable=False),
        sa.Column('address', sa.String(length=500), server_default='', nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('created_by_id', sa.String(length=32), nullable=False),
        sa.Column('seen_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_ats_connections_organisation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_ats_connections_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ats_connections')),
        sa.UniqueConstraint('organisation_id', 'system', name=op.f('uq_ats_connections_organisation_id')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_ats_connections_key_hash')),
    )
    op.create_index(op.f('ix_ats_connections_organisation_id'), 'ats_connections', ['organisation_id'])
    op.create_table(
        'ats_offers',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('position_id', sa.String(length=32), nullable=False),
        sa.Column('question_set_id', sa.String(length=32), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_ats_offers_organisation_id')),
        sa.ForeignKeyConstraint(['position_id'], ['jobs.id'], name=op.f('fk_ats_offers_position_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['question_set_id'], ['question_sets.id'], name=op.f('fk_ats_offers_question_set_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ats_offers')),
    )
    op.create_index(op.f('ix_ats_offers_organisation_id'), 'ats_offers', ['organisation_id'])
    op.create_index(op.f('ix_ats_offers_position_id'), 'ats_offers', ['position_id'])
    op.create_table(
        'assessment_orders',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('connection_id', sa.String(length=32), nullable=False),
        sa.Column('offer_id', sa.String(length=32), nullable=True),
        sa.Column('invitation_id', sa.String(length=32), nullable=False),
        sa.Column('mark', sa.String(length=64), nullable=False),
        sa.Column('their_id', sa.String(length=200), nullable=False),
        sa.Column('callback', sa.String(length=500), nullable=False),
        sa.Column('base', sa.String(length=300), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('cancelled_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['connection_id'], ['ats_connections.id'],
                                name=op.f('fk_assessment_orders_connection_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['offer_id'], ['ats_offers.id'], name=op.f('fk_assessment_orders_offer_id'),
                                ondelete='SET NULL'),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_assessment_orders_invitation_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_orders')),
        sa.UniqueConstraint('connection_id', 'mark', name=op.f('uq_assessment_orders_connection_id')),
    )
    op.create_index(op.f('ix_assessment_orders_invitation_id'), 'assessment_orders', ['invitation_id'])
    op.create_table(
        'ats_complaints',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('connection_id', sa.String(length=32), nullable=False),
        sa.Column('call', sa.String(length=60), nullable=False),
        sa.Column('errors', sa.JSON(), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['connection_id'], ['ats_connections.id'], name=op.f('fk_ats_complaints_connection_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ats_complaints')),
    )
    op.create_index(op.f('ix_ats_complaints_connection_id'), 'ats_complaints', ['connection_id'])


def downgrade():
    op.drop_table('ats_complaints')
    op.drop_table('assessment_orders')
    op.drop_table('ats_offers')
    op.drop_table('ats_connections')
