"""settings and follow-ups of what is in the library

Revision ID: c90d2e6f8b17
Revises: 7a3e5b81c0d4
Create Date: 2026-12-02 04:40:00

"""

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = "c90d2e6f8b17"
down_revision = "7a3e5b81c0d4"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("library_items") as batch_op:
        batch_op.add_column(sa.Column("settings", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("follow_ups", sa.Text(), server_default="", nullable=False))


def downgrade():
    # What has no other kind before stays as a question in writing.
    items = sa.table("library_items", sa.column("kind"))
    op.execute(items.update().where(items.c.kind.not_in(("video", "audio", "text"))).values(kind="text"))
    with op.batch_alter_table("library_items") as batch_op:
        batch_op.drop_column("follow_ups")
        batch_op.drop_column("settings")
