"""Several live services, and which of them has a room

Revision ID: 6c1e8f3a9d27
Revises: 8c1e5f3a9d27
Create Date: 2026-12-03 08:10
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "6c1e8f3a9d27"
down_revision = "8c1e5f3a9d27"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "live_services",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_live_services")),
    )
    op.add_column("live_rooms", sa.Column("served_by", sa.String(length=32), nullable=True))


def downgrade():
    with op.batch_alter_table("live_rooms") as batch:
        batch.drop_column("served_by")
    op.drop_table("live_services")
