"""the organisation of messages, their words and refusals, of erasures, and of times and appointments

Revision ID: 91c4e07fd2a5
Revises: 5c18f0a3b9d6
Create Date: 2026-12-02 01:51:00

"""

import json

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = "91c4e07fd2a5"
down_revision = "5c18f0a3b9d6"
branch_labels = None
depends_on = None

#: Table → whether every row has an organisation.
_TABLES = {
    "messages": True,
    "message_wordings": True,
    "message_refusals": False,
    "erasures": False,
    "interview_slots": True,
    "appointments": True,
}
#: What was unique in all of Viva, and is in an organisation.
_UNIQUE = {"message_wordings": ("kind", "language"), "message_refusals": ("address", "kind")}


def _table(name, *columns):
    return sa.table(name, *map(sa.column, columns))


_organisations = _table("organisations", "id", "created_at")
_first = sa.select(_organisations.c.id).order_by(_organisations.c.created_at, _organisations.c.id).limit(1)


def _of(table, key, other):
    """The organisation of the row of ``other`` that ``table`` points at."""
    owner = _table(other, "id", "organisation_id")
    return sa.select(owner.c.organisation_id).where(owner.c.id == table.c[key]).scalar_subquery()


def _fill(table, *found):
    op.execute(table.update().values(organisation_id=sa.func.coalesce(*found)))


def _of_scope(connection, scope):
    """Whose data an erasure is about, as far as its rows are still there."""
    whose = set()
    for name, table in (("interviews", "interviews"), ("invitations", "invitations"), ("accounts", "users")):
        rows = _table(table, "id", "organisation_id")
        ids = scope.get(name) or []
        whose |= set(connection.scalars(sa.select(rows.c.organisation_id).where(rows.c.id.in_(ids))))
    whose.discard(None)
    return whose.pop() if len(whose) == 1 else None


def _fill_all():
    messages = _table("messages", "organisation_id", "invitation_id", "user_id", "recipient")
    wordings = _table("message_wordings", "organisation_id", "changed_by_id")
    slots = _table("interview_slots", "organisation_id", "position_id")
    appointments = _table("appointments", "organisation_id", "invitation_id")
    first = _first.scalar_subquery()
    _fill(
        messages,
        _of(messages, "invitation_id", "invitations"),
        _of(messages, "user_id", "users"),
        _of(messages, "recipient", "webhook_endpoints"),
        first,
    )
    _fill(wordings, _of(wordings, "changed_by_id", "users"), first)
    _fill(slots, _of(slots, "position_id", "jobs"), first)
    _fill(appointments, _of(appointments, "invitation_id", "invitations"), first)
    connection = op.get_bind()
    # What nobody's row says belongs to the organisation, where there is but one; else it holds for all, as before.
    count = connection.scalar(sa.select(sa.func.count()).select_from(_organisations))
    only = connection.scalar(_first) if count == 1 else None
    connection.execute(_table("message_refusals", "organisation_id").update().values(organisation_id=only))
    erasures = sa.table(
        "erasures", sa.column("id"), sa.column("organisation_id"), sa.column("by_id"), sa.column("scope", sa.JSON())
    )
    users = _table("users", "id", "organisation_id")
    for row in connection.execute(sa.select(erasures.c.id, erasures.c.by_id, erasures.c.scope)).all():
        scope = json.loads(row.scope) if isinstance(row.scope, str) else row.scope or {}
        by = connection.scalar(sa.select(users.c.organisation_id).where(users.c.id == row.by_id))
        whose = by or _of_scope(connection, scope) or only
        connection.execute(erasures.update().where(erasures.c.id == row.id).values(organisation_id=whose))


def upgrade():
    for table in _TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("organisation_id", sa.String(length=32), nullable=True))
    _fill_all()
    for table, required in _TABLES.items():
        with op.batch_alter_table(table) as batch_op:
            if required:
                batch_op.alter_column("organisation_id", existing_type=sa.String(length=32), nullable=False)
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_organisation_id"), "organisations", ["organisation_id"], ["id"]
            )
            batch_op.create_index(batch_op.f(f"ix_{table}_organisation_id"), ["organisation_id"])
            if columns := _UNIQUE.get(table):
                batch_op.drop_constraint(batch_op.f(f"uq_{table}_{columns[0]}"), type_="unique")
                batch_op.create_unique_constraint(
                    batch_op.f(f"uq_{table}_organisation_id"), ["organisation_id", *columns]
                )


def downgrade():
    # Of what several organisations say, one stays.
    for table, columns in _UNIQUE.items():
        rows = _table(table, "id", *columns)
        kept = sa.select(sa.func.min(rows.c.id)).group_by(*(rows.c[column] for column in columns))
        op.execute(rows.delete().where(rows.c.id.not_in(kept)))
    for table in reversed(_TABLES):
        with op.batch_alter_table(table) as batch_op:
            if columns := _UNIQUE.get(table):
                batch_op.drop_constraint(batch_op.f(f"uq_{table}_organisation_id"), type_="unique")
                batch_op.create_unique_constraint(batch_op.f(f"uq_{table}_{columns[0]}"), list(columns))
            batch_op.drop_index(batch_op.f(f"ix_{table}_organisation_id"))
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_organisation_id"), type_="foreignkey")
            batch_op.drop_column("organisation_id")
