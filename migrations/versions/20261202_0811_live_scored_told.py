"""When candidate and other systems were told that a live interview is in

Revision ID: 5c0d8e2f7a91
Revises: 7d3a5e90c1b4
Create Date: 2026-12-02 08:11

Those that were scored before were told when scoring began.
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "5c0d8e2f7a91"
down_revision = "7d3a5e90c1b4"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("live_rooms") as batch_op:
        batch_op.add_column(sa.Column("scored_told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE live_rooms SET scored_told_at = "
        "(SELECT interviews.submitted_at FROM interviews WHERE interviews.id = live_rooms.scored_id)"
    )


def downgrade():
    with op.batch_alter_table("live_rooms") as batch_op:
        batch_op.drop_column("scored_told_at")
