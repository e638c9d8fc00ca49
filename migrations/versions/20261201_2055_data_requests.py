"""data requests: by when a person answers what a candidate asks, and what was answered

Revision ID: 3f7d51c09ae4
Revises: 8c41f0d7b2e6
Create Date: 2026-12-01 20:55:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = '3f7d51c09ae4'
down_revision = '8c41f0d7b2e6'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('candidate_requests') as batch_op:
        batch_op.add_column(sa.Column('due_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answer', sa.Text(), server_default='', nullable=False))


def downgrade():
    op.execute("delete from candidate_requests where kind not in ('format', 'time', 'person')")
    op.execute("update transcripts set origin = 'corrected' where origin = 'by_candidate'")
    with op.batch_alter_table('candidate_requests') as batch_op:
        batch_op.drop_column('answer')
        batch_op.drop_column('due_at')
