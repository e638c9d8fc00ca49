"""With which questions an organisation's candidates practise

Revision ID: 4f7a9c2e8d15
Revises: e7c20f9b4a18
Create Date: 2026-12-03 05:40
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "4f7a9c2e8d15"
down_revision = "e7c20f9b4a18"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "practice_settings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("lineage", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_practice_settings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_settings")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_practice_settings_organisation_id")),
    )


def downgrade():
    op.drop_table("practice_settings")
