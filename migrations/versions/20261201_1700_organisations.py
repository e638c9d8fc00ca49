"""organisations and their teams

Revision ID: c3d1a7e40b52
Revises: 2b9f6e18c7a3
Create Date: 2026-12-01 15:30:00

"""
from datetime import UTC, datetime

from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'c3d1a7e40b52'
down_revision = '2b9f6e18c7a3'
branch_labels = None
depends_on = None


_COLUMNS = [
    ('users', 'organisation_id'),
    ('jobs', 'organisation_id'),
    ('jobs', 'team_id'),
    ('question_sets', 'organisation_id'),
    ('invitations', 'organisation_id'),
    ('interviews', 'organisation_id'),
]
_REQUIRED = {('jobs', 'organisation_id'), ('jobs', 'team_id'), ('invitations', 'organisation_id')}
#: The question sets that Viva makes itself belong to no organisation.
_BUILT_IN = ('viva0practice0questions000000000', 'viva0live0conversation0000000000')
#: The ids of what every database begins with, so that going down and up again leads to the same.
_FIRST_ORGANISATION = '0' * 31 + '1'
_FIRST_TEAM = '0' * 31 + '2'
_BEGUN = datetime(2026, 12, 1, tzinfo=UTC)


def _begin():
    """One organisation with one team, in which people see what they saw before: what they created themselves."""
    moment = webapp.core.database.UtcDateTime(timezone=True)
    connection = op.get_bind()
    organisations = sa.table('organisations', sa.column('id'), sa.column('name'), sa.column('created_at', moment))
    connection.execute(organisations.insert().values(id=_FIRST_ORGANISATION, name='Viva', created_at=_BEGUN))
    teams = sa.table('teams', *map(sa.column, ('id', 'organisation_id', 'name')),
                     sa.column('own_only', sa.Boolean()), sa.column('created_at', moment))
    connection.execute(teams.insert().values(
        id=_FIRST_TEAM, organisation_id=_FIRST_ORGANISATION, name='Hiring team', own_only=True, created_at=_BEGUN
    ))
    return _FIRST_ORGANISATION, _FIRST_TEAM


def _fill(table, column, value):
    rows = sa.table(table, *map(sa.column, (column, 'lineage', 'mode')))
    update = rows.update().values({column: value})
    if table == 'question_sets':
        update = update.where(rows.c.lineage.not_in(_BUILT_IN))
    if table == 'interviews':
        update = update.where(rows.c.mode == 'assessment')
    op.get_bind().execute(update)


def _join(team):
    """Everybody who works here is in the team: admins own it, and others recruit as before."""
    moment = webapp.core.database.UtcDateTime(timezone=True)
    connection = op.get_bind()
    users = sa.table('users', sa.column('id'), sa.column('role'))
    members = sa.table('memberships', *map(sa.column, ('team_id', 'user_id', 'role')), sa.column('created_at', moment))
    for user_id, role in connection.execute(
        sa.select(users.c.id, users.c.role).where(users.c.role.in_(('recruiter', 'admin')))
    ).all():
        connection.execute(members.insert().values(
            team_id=team, user_id=user_id, role='owner' if role == 'admin' else 'recruiter', created_at=_BEGUN
        ))


def upgrade():
    op.create_table('organisations',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations'))
    )

    op.create_table('teams',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('own_only', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('organisation_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_teams_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teams')),
    sa.UniqueConstraint('organisation_id', 'name', name=op.f('uq_teams_organisation_id'))
    )
    with op.batch_alter_table('teams', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_teams_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('memberships',
    sa.Column('team_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=32), nullable=False),
    sa.Column('role', sa.Enum('owner', 'recruiter', 'hiring_manager', 'reviewer', 'observer', name='teamrole', native_enum=False, length=32), nullable=False),
    sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_memberships_team_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_memberships_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', 'user_id', name=op.f('pk_memberships'))
    )
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_memberships_user_id'), ['user_id'], unique=False)

    organisation, team = _begin()
    for table, column in _COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, sa.String(length=32), nullable=True))
        _fill(table, column, {"organisation_id": organisation, "team_id": team}[column])
        with op.batch_alter_table(table, schema=None) as batch_op:
            if (table, column) in _REQUIRED:
                batch_op.alter_column(column, existing_type=sa.String(length=32), nullable=False)
            batch_op.create_index(batch_op.f(f'ix_{table}_{column}'), [column], unique=False)
            batch_op.create_foreign_key(
                batch_op.f(f'fk_{table}_{column}'), 'teams' if column == 'team_id' else 'organisations', [column], ['id']
            )
    _join(team)


def downgrade():
    for table, column in reversed(_COLUMNS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_{column}'), type_='foreignkey')
            batch_op.drop_index(batch_op.f(f'ix_{table}_{column}'))
            batch_op.drop_column(column)
    op.drop_table('memberships')
    op.drop_table('teams')
    op.drop_table('organisations')
