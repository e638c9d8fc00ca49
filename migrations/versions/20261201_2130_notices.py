"""notices, signatures, what organisations say of themselves; whose attestations, audits and clocks these are

Revision ID: d3a90b6c51f7
Revises: 4b7e19d0c3a8
Create Date: 2026-12-01 21:05:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'd3a90b6c51f7'
down_revision = '4b7e19d0c3a8'
branch_labels = None
depends_on = None

OWNED = ('policy_attestations', 'bias_audits', 'retention_rules')


def upgrade():
    moment = webapp.core.database.UtcDateTime(timezone=True)
    op.create_table(
        'organisation_profiles',
        sa.Column('organisation_id', sa.String(length=32), nullable=False),
        sa.Column('slug', sa.String(length=60), nullable=True),
        sa.Column('contact_name', sa.String(length=120), server_default='', nullable=False),
        sa.Column('contact_email', sa.String(length=254), server_default='', nullable=False),
        sa.Column('postal_address', sa.Text(), server_default='', nullable=False),
        sa.Column('website', sa.String(length=300), server_default='', nullable=False),
        sa.Column('colour', sa.String(length=7), server_default='', nullable=False),
        sa.Column('updated_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'],
                                name=op.f('fk_organisation_profiles_organisation_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_organisation_profiles')),
        sa.UniqueConstraint('slug', name=op.f('uq_organisation_profiles_slug')),
    )
    op.create_table(
        'notice_texts',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('version', sa.String(length=32), nullable=False),
        sa.Column('language', sa.String(length=16), nullable=False),
        sa.Column('body', sa.JSON(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_texts')),
    )
    op.create_table(
        'notices_shown',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('invitation_id', sa.String(length=32), nullable=False),
        sa.Column('text_id', sa.String(length=64), nullable=False),
        sa.Column('way', sa.Enum('mail', 'page', 'returned', name='way', native_enum=False, length=32),
                  nullable=False),
        sa.Column('shown_at', moment, nullable=False),
        sa.Column('address', sa.String(length=64), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'], name=op.f('fk_notices_shown_invitation_id'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['text_id'], ['notice_texts.id'], name=op.f('fk_notices_shown_text_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notices_shown')),
    )
    op.create_index(op.f('ix_notices_shown_invitation_id'), 'notices_shown', ['invitation_id'])
    op.create_table(
        'signatures',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.Enum('release', 'waiver', name='document', native_enum=False, length=32),
                  nullable=False),
        sa.Column('typed_name', sa.String(length=120), nullable=False),
        sa.Column('typed_date', sa.Date(), nullable=False),
        sa.Column('signed_at', moment, nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('text_version', sa.String(length=32), nullable=False),
        sa.Column('text_language', sa.String(length=16), nullable=False),
        sa.Column('address', sa.String(length=64), server_default='', nullable=False),
        sa.Column('browser', sa.String(length=80), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_signatures_interview_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signatures')),
    )
    op.create_index(op.f('ix_signatures_interview_id'), 'signatures', ['interview_id'])
    for table in OWNED:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column('organisation_id', sa.String(length=32), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f'fk_{table}_organisation_id'), 'organisations',
                                        ['organisation_id'], ['id'])
            batch_op.create_index(batch_op.f(f'ix_{table}_organisation_id'), ['organisation_id'])
        # Where one organisation is alone, what was for all is its own.
        op.execute(sa.text(
            f"update {table} set organisation_id = (select min(id) from organisations)"
            " where (select count(*) from organisations) = 1"
        ))
    with op.batch_alter_table('retention_rules') as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_retention_rules_place'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_retention_rules_organisation_id'),
                                          ['organisation_id', 'place', 'kept'])


def downgrade():
    # Of the clocks of several organisations one class at one place can keep one: the longest.
    op.execute(sa.text(
        "delete from retention_rules where exists (select 1 from retention_rules other"
        " where other.place = retention_rules.place and other.kept = retention_rules.kept"
        " and (other.days > retention_rules.days"
        " or (other.days = retention_rules.days and other.id > retention_rules.id)))"
    ))
    with op.batch_alter_table('retention_rules') as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_retention_rules_organisation_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_retention_rules_place'), ['place', 'kept'])
    for table in reversed(OWNED):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{table}_organisation_id'))
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_organisation_id'), type_='foreignkey')
            batch_op.drop_column('organisation_id')
    op.drop_table('signatures')
    op.drop_table('notices_shown')
    op.drop_table('notice_texts')
    op.drop_table('organisation_profiles')
