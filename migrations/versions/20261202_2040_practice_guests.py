"""Private practice by an invitation

Revision ID: 7a2c5d9e4f18
Revises: 6e1f4b8d2c70
Create Date: 2026-12-02 20:40

The way down erases nobody: the accounts that were made up for it stay, and nobody can sign in with them.
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "7a2c5d9e4f18"
down_revision = "6e1f4b8d2c70"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "practice_guests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_practice_guests_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_practice_guests_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_practice_guests_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_guests")),
        sa.UniqueConstraint("invitation_id", "browser", name=op.f("uq_practice_guests_invitation_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_practice_guests_user_id")),
    )  # fmt: skip
    for column in ("expires_at", "invitation_id", "organisation_id"):
        op.create_index(op.f(f"ix_practice_guests_{column}"), "practice_guests", [column], unique=False)


def downgrade():
    op.drop_table("practice_guests")
