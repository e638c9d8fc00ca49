"""Clips, questions asked in them, and existing files in place of recordings

Revision ID: e41c7a90d2b6
Revises: 5c0d8e2f7a91
Create Date: 2026-12-02 10:55

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "e41c7a90d2b6"
down_revision = "5c0d8e2f7a91"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "clips",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("has_video", sa.Boolean(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("suffix", sa.String(5), nullable=False),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("caption_state", sa.String(32), nullable=False),
        sa.Column("captions", sa.JSON(), nullable=True),
        sa.Column("lease_owner", sa.String(80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.String(32), nullable=False),
        sa.Column("organisation_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_clips_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_clips_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
    )
    op.create_index(op.f("ix_clips_organisation_id"), "clips", ["organisation_id"])
    with op.batch_alter_table("question_sets") as batch_op:
        batch_op.add_column(sa.Column("existing_files", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.add_column(sa.Column("existing", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("clip_id", sa.String(32), nullable=True))
        batch_op.create_foreign_key(op.f("fk_questions_clip_id"), "clips", ["clip_id"], ["id"], ondelete="SET NULL")
        batch_op.create_index(op.f("ix_questions_clip_id"), ["clip_id"])


def downgrade():
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_index(op.f("ix_questions_clip_id"))
        batch_op.drop_constraint(op.f("fk_questions_clip_id"), type_="foreignkey")
        batch_op.drop_column("clip_id")
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.drop_column("existing")
    with op.batch_alter_table("question_sets") as batch_op:
        batch_op.drop_column("existing_files")
    op.drop_index(op.f("ix_clips_organisation_id"), table_name="clips")
    op.drop_table("clips")
