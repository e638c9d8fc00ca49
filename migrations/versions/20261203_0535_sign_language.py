"""questions in sign language"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "e7c20f9b4a18"
down_revision = "b1e5d3a70c94"
branch_labels = None
depends_on = None

_KEY = "fk_questions_sign_clip_id"


def upgrade():
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("sign_clip_id", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("sign_language", sa.String(60), server_default="", nullable=False))
        batch_op.create_foreign_key(op.f(_KEY), "clips", ["sign_clip_id"], ["id"], ondelete="SET NULL")
        batch_op.create_index(op.f("ix_questions_sign_clip_id"), ["sign_clip_id"])


def downgrade():
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_index(op.f("ix_questions_sign_clip_id"))
        batch_op.drop_constraint(op.f(_KEY), type_="foreignkey")
        batch_op.drop_column("sign_language")
        batch_op.drop_column("sign_clip_id")
