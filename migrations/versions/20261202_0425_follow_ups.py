"""follow-ups of questions, and what came of them

Revision ID: 7a3e5b81c0d4
Revises: 2f7c1d9a4e60
Create Date: 2026-12-02 04:25:00

"""

from alembic import op
import sqlalchemy as sa

from webapp.core.database import UtcDateTime


# revision identifiers, used by Alembic.
revision = "7a3e5b81c0d4"
down_revision = "2f7c1d9a4e60"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("follow_ups", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("follows_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("follows_point", sa.Text(), server_default="", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_questions_follows_id"), "questions", ["follows_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_questions_follows_id"), ["follows_id"])
    with op.batch_alter_table("employer_pages") as batch_op:
        batch_op.add_column(sa.Column("follow_ups_since", UtcDateTime(), nullable=True))
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum("listening", "asked", "none", "skipped", name="followupstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("recording_id", sa.String(length=32), nullable=True),
        sa.Column("heard_seconds", sa.Double(), server_default="0", nullable=False),
        sa.Column("heard", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("question_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("support", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_follow_ups_answer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_follow_ups_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_follow_ups_answer_id")),
    )


def downgrade():
    op.drop_table("follow_ups")
    with op.batch_alter_table("employer_pages") as batch_op:
        batch_op.drop_column("follow_ups_since")
    # A follow-up that was asked stays as a question of its set, or its answer would have none.
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_questions_follows_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_questions_follows_id"))
        batch_op.drop_column("follows_point")
        batch_op.drop_column("follows_id")
        batch_op.drop_column("follow_ups")
