"""accounts: second steps of signing in

Revision ID: 4b7e19d0c3a8
Revises: 3f7d51c09ae4
Create Date: 2026-12-01 21:10:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '4b7e19d0c3a8'
down_revision = '3f7d51c09ae4'
branch_labels = None
depends_on = None


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        'authenticator_apps',
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('secret', sa.Text(), nullable=False),
        sa.Column('last_period', sa.Integer(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'],
                                name=op.f('fk_authenticator_apps_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_authenticator_apps')),
    )
    op.create_table(
        'passkeys',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('credential', sa.String(length=1400), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('used', sa.BigInteger(), nullable=False),
        sa.Column('transports', sa.JSON(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('used_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_passkeys_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
        sa.UniqueConstraint('credential', name=op.f('uq_passkeys_credential')),
    )
    op.create_index(op.f('ix_passkeys_user_id'), 'passkeys', ['user_id'])
    op.create_table(
        'recovery_codes',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('used_at', moment, nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
    )
    op.create_index(op.f('ix_recovery_codes_user_id'), 'recovery_codes', ['user_id'])
    op.create_table(
        'pending_steps',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=True),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('ends_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_pending_steps_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_steps')),
    )
    for column in ('user_id', 'ends_at'):
        op.create_index(op.f(f'ix_pending_steps_{column}'), 'pending_steps', [column])
    with op.batch_alter_table('organisations') as batch:
        batch.add_column(sa.Column('second_step_required', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('user_sessions') as batch:
        batch.add_column(sa.Column('second_step', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    with op.batch_alter_table('user_sessions') as batch:
        batch.drop_column('second_step')
    with op.batch_alter_table('organisations') as batch:
        batch.drop_column('second_step_required')
    for table in ('pending_steps', 'recovery_codes', 'passkeys', 'authenticator_apps'):
        op.drop_table(table)
