"""the groups of a directory, each a team

Revision ID: 7d3a5e90c1b4
Revises: 3fa9c1d27b64
Create Date: 2026-12-02 05:07:00

"""

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = "7d3a5e90c1b4"
down_revision = "3fa9c1d27b64"
branch_labels = None
depends_on = None


def upgrade():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "directory_groups",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("removed_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_directory_groups_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_directory_groups_team_id_teams"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_directory_groups")),
    )
    with op.batch_alter_table("directory_groups") as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_groups_organisation_id"), ["organisation_id"], unique=False)


def downgrade():
    op.drop_table("directory_groups")
