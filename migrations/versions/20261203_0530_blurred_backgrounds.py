"""recordings say whether their background was blurred"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "b1e5d3a70c94"
down_revision = "9c4e7f1a6b30"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.add_column(sa.Column("blurred", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    with op.batch_alter_table("recordings") as batch_op:
        batch_op.drop_column("blurred")
