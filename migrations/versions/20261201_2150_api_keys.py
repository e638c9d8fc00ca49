"""keys of the REST API, requests that are done once, and webhooks of one organisation each

Revision ID: 3f7c1e9a4b20
Revises: 7a2e90d1c5b8
Create Date: 2026-12-01 21:50:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '3f7c1e9a4b20'
down_revision = '7a2e90d1c5b8'
branch_labels = None
depends_on = None

_endpoints = sa.table('webhook_endpoints', sa.column('organisation_id'), sa.column('created_by_id'))
_users = sa.table('users', sa.column('id'), sa.column('organisation_id'))
_organisations = sa.table('organisations', sa.column('id'), sa.column('created_at'))


def upgrade():
    moment = webapp.core.database.UtcDateTime(timezone=True)
    op.create_table(
        'api_keys',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('begins_with', sa.String(length=16), nullable=False),
        sa.Column('scopes', sa.JSON(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('created_by_id', sa.String(length=32), nullable=False),
        sa.Column('expires_at', moment, nullable=False),
        sa.Column('last_used_at', moment, nullable=True),
        sa.Column('revoked_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_api_keys_organisation_id')),
        sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_api_keys_person_id')),
        sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_api_keys_created_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
        sa.UniqueConstraint('hash', name=op.f('uq_api_keys_hash')),
    )
    op.create_index(op.f('ix_api_keys_organisation_id'), 'api_keys', ['organisation_id'])
    op.create_index(op.f('ix_api_keys_person_id'), 'api_keys', ['person_id'])
    op.create_table(
        'api_idempotent_requests',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('key_id', sa.String(length=32), nullable=False),
        sa.Column('value', sa.String(length=64), nullable=False),
        sa.Column('fingerprint', sa.String(length=64), nullable=False),
        sa.Column('result', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['key_id'], ['api_keys.id'], name=op.f('fk_api_idempotent_requests_key_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_api_idempotent_requests')),
        sa.UniqueConstraint('key_id', 'value', name=op.f('uq_api_idempotent_requests_key_id')),
    )
    op.create_index(op.f('ix_api_idempotent_requests_created_at'), 'api_idempotent_requests', ['created_at'])

    with op.batch_alter_table('webhook_endpoints') as batch:
        batch.add_column(sa.Column('organisation_id', sa.String(length=32), nullable=True))
    # Each to the organisation of whoever added it; what is nobody's, to the first.
    theirs = sa.select(_users.c.organisation_id).where(_users.c.id == _endpoints.c.created_by_id).scalar_subquery()
    first = sa.select(_organisations.c.id).order_by(_organisations.c.created_at, _organisations.c.id).limit(1)
    op.execute(_endpoints.update().values(organisation_id=sa.func.coalesce(theirs, first.scalar_subquery())))
    with op.batch_alter_table('webhook_endpoints') as batch:
        batch.alter_column('organisation_id', existing_type=sa.String(length=32), nullable=False)
        batch.create_foreign_key(op.f('fk_webhook_endpoints_organisation_id'), 'organisations',
                                 ['organisation_id'], ['id'])
        batch.create_index(op.f('ix_webhook_endpoints_organisation_id'), ['organisation_id'])


def downgrade():
    with op.batch_alter_table('webhook_endpoints') as batch:
        batch.drop_index(op.f('ix_webhook_endpoints_organisation_id'))
        batch.drop_constraint(op.f('fk_webhook_endpoints_organisation_id'), type_='foreignkey')
        batch.drop_column('organisation_id')
    op.drop_table('api_idempotent_requests')
    op.drop_table('api_keys')
