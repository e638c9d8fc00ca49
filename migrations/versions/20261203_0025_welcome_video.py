"""A welcome in a video, beside the welcome text

Revision ID: 6d1b9f4e2c70
Revises: 3c8f1d7b2e96
Create Date: 2026-12-03 00:25
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "6d1b9f4e2c70"
down_revision = "3c8f1d7b2e96"
branch_labels = None
depends_on = None

_KEY = "fk_employer_pages_welcome_clip_id"


def upgrade():
    with op.batch_alter_table("employer_pages") as batch_op:
        batch_op.add_column(sa.Column("welcome_clip_id", sa.String(32), nullable=True))
        batch_op.create_foreign_key(op.f(_KEY), "clips", ["welcome_clip_id"], ["id"], ondelete="SET NULL")
        batch_op.create_index(op.f("ix_employer_pages_welcome_clip_id"), ["welcome_clip_id"])


def downgrade():
    with op.batch_alter_table("employer_pages") as batch_op:
        batch_op.drop_index(op.f("ix_employer_pages_welcome_clip_id"))
        batch_op.drop_constraint(op.f(_KEY), type_="foreignkey")
        batch_op.drop_column("welcome_clip_id")
