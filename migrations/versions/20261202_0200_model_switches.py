"""which model version is switched on, and readings of earlier versions

Revision ID: 5c18f0a3b9d6
Revises: 8c5d21e6b7f4
Create Date: 2026-12-02 02:00:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '5c18f0a3b9d6'
down_revision = '8c5d21e6b7f4'
branch_labels = None
depends_on = None


def upgrade():
    moment = webapp.core.database.UtcDateTime(timezone=True)
    op.create_table(
        'model_switches',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=True),
        sa.Column('modality', sa.Enum('face', 'speech', 'text', name='modality', native_enum=False, length=32),
                  nullable=False),
        sa.Column('version', sa.String(length=60), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=True),
        sa.Column('switched_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_model_switches_organisation_id')),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_model_switches_by_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_model_switches')),
    )
    op.create_index(op.f('ix_model_switches_organisation_id'), 'model_switches', ['organisation_id'])
    op.create_index(op.f('ix_model_switches_switched_at'), 'model_switches', ['switched_at'])
    op.create_table(
        'earlier_readings',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('analysis_id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('model_name', sa.String(length=40), nullable=False),
        sa.Column('model_version', sa.String(length=60), nullable=False),
        sa.Column('model_sha256', sa.String(length=64), nullable=False),
        sa.Column('result', sa.JSON(), nullable=False),
        sa.Column('finished_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['analysis_id'], ['analyses.id'], name=op.f('fk_earlier_readings_analysis_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_earlier_readings_interview_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_readings')),
        sa.UniqueConstraint('analysis_id', 'model_version', 'model_sha256',
                            name=op.f('uq_earlier_readings_analysis_id')),
    )
    op.create_index(op.f('ix_earlier_readings_analysis_id'), 'earlier_readings', ['analysis_id'])
    op.create_index(op.f('ix_earlier_readings_interview_id'), 'earlier_readings', ['interview_id'])


def downgrade():
    op.drop_table('earlier_readings')
    op.drop_table('model_switches')
