"""clips of the library of questions"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "9c4e7f1a6b30"
down_revision = "6d1b9f4e2c70"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("library_items") as batch_op:
        batch_op.add_column(sa.Column("clip_id", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("clip_sha256", sa.String(64), nullable=True))
        batch_op.create_foreign_key(op.f("fk_library_items_clip_id"), "clips", ["clip_id"], ["id"], ondelete="SET NULL")
        batch_op.create_index(op.f("ix_library_items_clip_id"), ["clip_id"])


def downgrade():
    with op.batch_alter_table("library_items") as batch_op:
        batch_op.drop_index(op.f("ix_library_items_clip_id"))
        batch_op.drop_constraint(op.f("fk_library_items_clip_id"), type_="foreignkey")
        batch_op.drop_column("clip_sha256")
        batch_op.drop_column("clip_id")
