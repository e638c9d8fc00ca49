"""languages that people choose, what bound in which language, and confirmed translations

Revision ID: 3fa9c1d27b64
Revises: c90d2e6f8b17
Create Date: 2026-12-02 04:58:00

"""

from alembic import op
import sqlalchemy as sa

from webapp.core.database import UtcDateTime


# revision identifiers, used by Alembic.
revision = "3fa9c1d27b64"
down_revision = "c90d2e6f8b17"
branch_labels = None
depends_on = None

#: Table → the columns that are new, each with how long it is.
_COLUMNS = {
    "users": {"language": 16, "last_language": 16},
    "organisation_profiles": {"language": 16},
    "invitations": {"chosen_language": 16},
    "consents": {"text_hash": 64, "text_binding": 16},
    "live_consents": {"text_hash": 64, "text_binding": 16},
    "integrity_notices": {"text_hash": 64, "text_binding": 16},
    "notice_texts": {"binding": 16},
    "signatures": {"text_hash": 64, "text_binding": 16},
}


def upgrade():
    for table, columns in _COLUMNS.items():
        for name, length in columns.items():
            op.add_column(table, sa.Column(name, sa.String(length), server_default="", nullable=False))
    op.create_table(
        "confirmed_translations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_confirmed_translations_organisation_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_confirmed_translations_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_translations")),
        sa.UniqueConstraint("organisation_id", "text", "language", "digest", name=op.f("uq_confirmed_translations_organisation_id")),
    )
    op.create_index(op.f("ix_confirmed_translations_organisation_id"), "confirmed_translations", ["organisation_id"])


def downgrade():
    op.drop_table("confirmed_translations")
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
