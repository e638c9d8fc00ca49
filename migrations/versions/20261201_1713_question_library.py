"""the library of questions and scoring guides

Revision ID: e81c5a94d2b6
Revises: d90b4e7713af
Create Date: 2026-12-01 17:13:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'e81c5a94d2b6'
down_revision = 'd90b4e7713af'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'library_items',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('lineage', sa.String(length=32), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('is_template', sa.Boolean(), nullable=False),
        sa.Column('title', sa.String(length=160), nullable=False),
        sa.Column('prompt', sa.Text(), nullable=False),
        sa.Column('kind', sa.Enum('video', 'audio', 'text', name='questionkind', native_enum=False, length=32), nullable=False),
        sa.Column('think_seconds', sa.Integer(), nullable=False),
        sa.Column('limit_seconds', sa.Integer(), nullable=False),
        sa.Column('takes_allowed', sa.Integer(), nullable=False),
        sa.Column('rubric', sa.Text(), nullable=False),
        sa.Column('guide', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('tags', sa.JSON(), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('created_by_id', sa.String(length=32), nullable=False),
        sa.Column('locked_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('locked_by_id', sa.String(length=32), nullable=True),
        sa.Column('organisation_id', sa.String(length=32), nullable=True),
        sa.Column('archived_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint('is_template or length(prompt) > 0', name=op.f('ck_library_items_prompt')),
        sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_library_items_created_by_id')),
        sa.ForeignKeyConstraint(['locked_by_id'], ['users.id'], name=op.f('fk_library_items_locked_by_id')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_library_items_organisation_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_library_items')),
        sa.UniqueConstraint('lineage', 'version', name=op.f('uq_library_items_lineage')),
    )
    op.create_index(op.f('ix_library_items_lineage'), 'library_items', ['lineage'])
    op.create_index(op.f('ix_library_items_organisation_id'), 'library_items', ['organisation_id'])


def downgrade():
    op.drop_table('library_items')
