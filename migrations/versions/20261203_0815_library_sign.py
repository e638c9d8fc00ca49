"""Questions of the library in sign language

Revision ID: 3b7e9a1d5c62
Revises: 6c1e8f3a9d27
Create Date: 2026-12-03 08:15
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "3b7e9a1d5c62"
down_revision = "6c1e8f3a9d27"
branch_labels = None
depends_on = None

_KEY = "fk_library_items_sign_clip_id"


def upgrade():
    with op.batch_alter_table("library_items") as table:
        table.add_column(sa.Column("sign_clip_id", sa.String(32), nullable=True))
        table.add_column(sa.Column("sign_clip_sha256", sa.String(64), nullable=True))
        table.add_column(sa.Column("sign_language", sa.String(60), server_default="", nullable=False))
        table.create_foreign_key(op.f(_KEY), "clips", ["sign_clip_id"], ["id"], ondelete="SET NULL")
        table.create_index(op.f("ix_library_items_sign_clip_id"), ["sign_clip_id"])


def downgrade():
    with op.batch_alter_table("library_items") as table:
        table.drop_index(op.f("ix_library_items_sign_clip_id"))
        table.drop_constraint(op.f(_KEY), type_="foreignkey")
        for name in ("sign_language", "sign_clip_sha256", "sign_clip_id"):
            table.drop_column(name)
