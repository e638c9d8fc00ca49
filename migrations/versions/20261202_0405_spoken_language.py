"""the language that a person says is spoken in an answer

Revision ID: 2f7c1d9a4e60
Revises: 91c4e07fd2a5
Create Date: 2026-12-02 04:05:00

"""

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = "2f7c1d9a4e60"
down_revision = "91c4e07fd2a5"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("answers") as batch_op:
        batch_op.add_column(sa.Column("spoken_language", sa.String(length=8), nullable=True))


def downgrade():
    with op.batch_alter_table("answers") as batch_op:
        batch_op.drop_column("spoken_language")
