"""erasures, legal holds and how long what is kept

Revision ID: 2b9f6e18c7a3
Revises: f60d29b7e3a4
Create Date: 2026-12-01 16:30:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '2b9f6e18c7a3'
down_revision = 'f60d29b7e3a4'
branch_labels = None
depends_on = None

MOMENT = webapp.core.database.UtcDateTime(timezone=True)


def upgrade():
    op.create_table(
        'erasures',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('ground', sa.String(length=16), nullable=False),
        sa.Column('scope', sa.JSON(), nullable=False),
        sa.Column('kept_classes', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=True),
        sa.Column('requested_at', MOMENT, nullable=False),
        sa.Column('due_at', MOMENT, nullable=False),
        sa.Column('approved_by_id', sa.String(length=32), nullable=True),
        sa.Column('done_at', MOMENT, nullable=True),
        sa.Column('counts', sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_erasures_by_id'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(
            ['approved_by_id'], ['users.id'], name=op.f('fk_erasures_approved_by_id'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasures')),
    )
    with op.batch_alter_table('erasures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasures_due_at'), ['due_at'], unique=False)
    op.create_table(
        'legal_holds',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('since', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_legal_holds_interview_id')),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_legal_holds_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_holds')),
    )
    with op.batch_alter_table('legal_holds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_legal_holds_interview_id'), ['interview_id'], unique=False)
    op.create_table(
        'retention_rules',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('place', sa.String(length=16), nullable=False),
        sa.Column('kept', sa.Enum('media', 'readings', 'records', name='kept', native_enum=False, length=32),
                  nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=True),
        sa.Column('set_at', MOMENT, nullable=False),
        sa.CheckConstraint('days between 1 and 3660', name=op.f('ck_retention_rules_days')),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_retention_rules_by_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_rules')),
        sa.UniqueConstraint('place', 'kept', name=op.f('uq_retention_rules_place')),
    )


def downgrade():
    op.drop_table('retention_rules')
    op.drop_table('legal_holds')
    op.drop_table('erasures')
