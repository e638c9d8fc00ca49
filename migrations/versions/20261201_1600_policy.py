"""policy: parts of a country, the candidate's place, what the law said then, attestations and bias audits

Revision ID: c41d7b90e25f
Revises: a17e5c93d0f4
Create Date: 2026-12-01 16:00:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'c41d7b90e25f'
down_revision = 'a17e5c93d0f4'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('region', sa.String(length=16), nullable=False, server_default=''))
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.add_column(sa.Column('candidate_place', sa.String(length=16), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('law_then', sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        'policy_attestations',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('place', sa.String(length=16), nullable=False),
        sa.Column(
            'modality',
            sa.Enum('face', 'speech', 'text', name='modality', native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column('statement', sa.Text(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('made_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('ended_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_policy_attestations_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_attestations')),
    )
    with op.batch_alter_table('policy_attestations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policy_attestations_place'), ['place'], unique=False)
    op.create_table(
        'bias_audits',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('rule_id', sa.String(length=60), nullable=False),
        sa.Column('audited_on', sa.Date(), nullable=False),
        sa.Column('auditor', sa.String(length=160), nullable=False),
        sa.Column('summary_url', sa.String(length=500), nullable=False),
        sa.Column('first_used_on', sa.Date(), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_bias_audits_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bias_audits')),
    )
    with op.batch_alter_table('bias_audits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bias_audits_rule_id'), ['rule_id'], unique=False)


def downgrade():
    op.drop_table('bias_audits')
    op.drop_table('policy_attestations')
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.drop_column('law_then')
        batch_op.drop_column('candidate_place')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_column('region')
