"""employer pages, and accommodations of candidates

Revision ID: 61b0c94de7f3
Revises: 9d36a2f7c15e
Create Date: 2026-12-01 22:33:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '61b0c94de7f3'
down_revision = '9d36a2f7c15e'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'employer_pages',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('colour', sa.String(length=7), server_default='', nullable=False),
        sa.Column('logo', sa.String(length=64), server_default='', nullable=False),
        sa.Column('welcome', sa.Text(), server_default='', nullable=False),
        sa.Column('contact_name', sa.String(length=120), server_default='', nullable=False),
        sa.Column('contact_email', sa.String(length=254), server_default='', nullable=False),
        sa.Column('contact_phone', sa.String(length=40), server_default='', nullable=False),
        sa.Column('ai_help', sa.Enum('not_said', 'free', 'prepare', 'none', name='aihelp', native_enum=False, length=32),
                  server_default='not_said', nullable=False),
        sa.Column('ai_words', sa.Text(), server_default='', nullable=False),
        sa.Column('person_instead', sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column('at_once', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('extra_time', sa.Integer(), server_default='50', nullable=False),
        sa.CheckConstraint('extra_time between 0 and 200', name=op.f('ck_employer_pages_extra_time')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_employer_pages_organisation_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_employer_pages')),
        sa.UniqueConstraint('organisation_id', name=op.f('uq_employer_pages_organisation_id')),
    )
    op.create_table(
        'accommodations',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('invitation_id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.Enum('time', 'takes', 'no_clock', 'days', 'sound_only', name='help', native_enum=False,
                                  length=32), nullable=False),
        sa.Column('amount', sa.Integer(), nullable=False),
        sa.Column('asked_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('granted_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('by_id', sa.String(length=32), nullable=True),
        sa.Column('declined_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint('amount between 0 and 200', name=op.f('ck_accommodations_amount')),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_accommodations_invitation_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_accommodations_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_accommodations')),
    )
    op.create_index(op.f('ix_accommodations_invitation_id'), 'accommodations', ['invitation_id'])


def downgrade():
    op.drop_table('accommodations')
    op.drop_table('employer_pages')
