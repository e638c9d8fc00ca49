"""the audit log: entries, its head, and addresses with a clock of their own

Revision ID: 5f8a0c3e61d4
Revises: c41d7b90e25f
Create Date: 2026-12-01 16:05:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '5f8a0c3e61d4'
down_revision = 'c41d7b90e25f'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.create_table(
        'audit_log',
        sa.Column('number', NUMBER, autoincrement=False, nullable=False),
        sa.Column('at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('action', sa.String(length=60), nullable=False),
        sa.Column('actor_kind', sa.String(length=16), nullable=False),
        sa.Column('actor_id', sa.String(length=32), nullable=False),
        sa.Column('subject_kind', sa.String(length=24), nullable=False),
        sa.Column('subject_id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('address_hash', sa.String(length=64), nullable=False),
        sa.Column('previous', sa.String(length=64), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_log')),
        sa.UniqueConstraint('hash', name=op.f('uq_audit_log_hash')),
    )
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.create_index('ix_audit_log_seen', ['actor_id', 'subject_id', 'action', 'at'], unique=False)
        batch_op.create_index('ix_audit_log_interview_id', ['interview_id'], unique=False)
        batch_op.create_index('ix_audit_log_at', ['at'], unique=False)
    op.create_table(
        'audit_head',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('number', NUMBER, nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head')),
    )
    op.create_table(
        'audit_addresses',
        sa.Column('number', NUMBER, autoincrement=False, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=False),
        sa.Column('at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['number'], ['audit_log.number'], name=op.f('fk_audit_addresses_number')),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_addresses')),
    )
    with op.batch_alter_table('audit_addresses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_addresses_at'), ['at'], unique=False)


def downgrade():
    op.drop_table('audit_addresses')
    op.drop_table('audit_head')
    op.drop_table('audit_log')
