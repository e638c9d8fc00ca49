"""Whose turn it is, and how long work takes

Revision ID: 6e1f4b8d2c70
Revises: b4e8d27f1c60
Create Date: 2026-12-02 19:30

Both tables begin empty and fill themselves while workers work.
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "6e1f4b8d2c70"
down_revision = "b4e8d27f1c60"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "turns",
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("share", sa.String(length=32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("work", "share", name=op.f("pk_turns")),
    )
    op.create_table(
        "paces",
        sa.Column("work", sa.String(length=40), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_paces")),
    )


def downgrade():
    op.drop_table("paces")
    op.drop_table("turns")
