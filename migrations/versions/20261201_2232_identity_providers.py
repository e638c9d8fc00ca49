"""identity providers, who is known there, and accounts that a directory keeps

Revision ID: 9d36a2f7c15e
Revises: 90c7d1e8b45a
Create Date: 2026-12-01 22:32:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '9d36a2f7c15e'
down_revision = '90c7d1e8b45a'
branch_labels = None
depends_on = None


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        'identity_providers',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('protocol', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('issuer', sa.String(length=500), nullable=False),
        sa.Column('client_id', sa.String(length=255), nullable=False),
        sa.Column('client_secret', sa.Text(), nullable=False),
        sa.Column('sign_in_url', sa.String(length=500), nullable=False),
        sa.Column('certificates', sa.Text(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('creates_accounts', sa.Boolean(), nullable=False),
        sa.Column('has_second_step', sa.Boolean(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_identity_providers_organisation_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_providers')),
    )
    op.create_index(op.f('ix_identity_providers_organisation_id'), 'identity_providers', ['organisation_id'])
    op.create_table(
        'identities',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('provider_id', sa.String(length=32), nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['provider_id'], ['identity_providers.id'],
                                name=op.f('fk_identities_provider_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_identities_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_identities')),
        sa.UniqueConstraint('provider_id', 'subject', name=op.f('uq_identities_provider_id')),
    )
    op.create_index(op.f('ix_identities_user_id'), 'identities', ['user_id'])
    op.create_table(
        'directory_tokens',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('created_by_id', sa.String(length=32), nullable=True),
        sa.Column('used_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_directory_tokens_organisation_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['users.id'],
                                name=op.f('fk_directory_tokens_created_by_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_directory_tokens')),
        sa.UniqueConstraint('hash', name=op.f('uq_directory_tokens_hash')),
    )
    op.create_index(op.f('ix_directory_tokens_organisation_id'), 'directory_tokens', ['organisation_id'])
    op.create_table(
        'directory_entries',
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('user_name', sa.String(length=254), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('changed_at', moment, nullable=False),
        sa.Column('removed_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'],
                                name=op.f('fk_directory_entries_user_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_directory_entries_organisation_id')),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_directory_entries')),
        sa.UniqueConstraint('organisation_id', 'user_name', name=op.f('uq_directory_entries_organisation_id')),
    )
    op.create_index(op.f('ix_directory_entries_organisation_id'), 'directory_entries', ['organisation_id'])


def downgrade():
    for table in ('directory_entries', 'directory_tokens', 'identities', 'identity_providers'):
        op.drop_table(table)
