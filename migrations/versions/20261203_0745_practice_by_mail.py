"""Private practice by mail

Revision ID: 8c1e5f3a9d27
Revises: 5a9d2c7e4b16
Create Date: 2026-12-03 07:45

The way down lets go of those who practise without an invitation: the sweep erases the accounts that were made up for it.
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "8c1e5f3a9d27"
down_revision = "5a9d2c7e4b16"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "practice_links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_practice_links_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_links")),
        sa.UniqueConstraint("token", name=op.f("uq_practice_links_token")),
    )  # fmt: skip
    for column in ("address", "expires_at", "organisation_id"):
        op.create_index(op.f(f"ix_practice_links_{column}"), "practice_links", [column], unique=False)
    with op.batch_alter_table("practice_guests") as table:
        table.add_column(sa.Column("address", sa.String(length=64), nullable=True))
        table.alter_column("invitation_id", existing_type=sa.String(length=32), nullable=True)
        table.create_unique_constraint(op.f("uq_practice_guests_organisation_id"), ["organisation_id", "address"])
    with op.batch_alter_table("practice_settings") as table:
        table.add_column(sa.Column("by_mail", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    with op.batch_alter_table("practice_settings") as table:
        table.drop_column("by_mail")
    op.execute("DELETE FROM practice_guests WHERE invitation_id IS NULL")
    with op.batch_alter_table("practice_guests") as table:
        table.drop_constraint(op.f("uq_practice_guests_organisation_id"), type_="unique")
        table.alter_column("invitation_id", existing_type=sa.String(length=32), nullable=False)
        table.drop_column("address")
    op.drop_table("practice_links")
