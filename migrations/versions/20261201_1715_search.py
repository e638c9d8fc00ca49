"""search: the full-text index over names and answers

Revision ID: 5d20c7e1a9b3
Revises: f27d6b05c8e9
Create Date: 2026-12-01 17:20:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '5d20c7e1a9b3'
down_revision = 'f27d6b05c8e9'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'search_entries',
        sa.Column('invitation_id', sa.String(length=32), nullable=False),
        sa.Column('rules', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'],
                                name=op.f('fk_search_entries_invitation_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('invitation_id', name=op.f('pk_search_entries')),
    )
    op.create_table(
        'search_documents',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('invitation_id', sa.String(length=32), nullable=False),
        sa.Column('answer_id', sa.String(length=32), nullable=True),
        sa.Column('transcript_id', sa.String(length=32), nullable=True),
        sa.Column('terms', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['invitation_id'], ['invitations.id'],
                                name=op.f('fk_search_documents_invitation_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['answer_id'], ['answers.id'],
                                name=op.f('fk_search_documents_answer_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['transcript_id'], ['transcripts.id'],
                                name=op.f('fk_search_documents_transcript_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_search_documents')),
        sqlite_autoincrement=True,
    )
    for column in ('invitation_id', 'answer_id', 'transcript_id'):
        op.create_index(op.f(f'ix_search_documents_{column}'), 'search_documents', [column])
    # Words of invitations that are there already come in by the sweep (webapp/search/receivers.py).
    dialect = op.get_bind().dialect.name
    if dialect == 'sqlite':
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5"
            "(terms, content='search_documents', content_rowid='id', tokenize='ascii')"
        )
        op.execute(
            "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN "
            "INSERT INTO search_words(rowid, terms) VALUES (new.id, new.terms); END"
        )
        op.execute(
            "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN "
            "INSERT INTO search_words(search_words, rowid, terms) VALUES ('delete', old.id, old.terms); END"
        )
        op.execute(
            "CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN "
            "INSERT INTO search_words(search_words, rowid, terms) VALUES ('delete', old.id, old.terms); "
            "INSERT INTO search_words(rowid, terms) VALUES (new.id, new.terms); END"
        )
    elif dialect == 'postgresql':
        op.execute(
            "ALTER TABLE search_documents ADD COLUMN vector tsvector "
            "GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED"
        )
        op.execute("CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector)")


def downgrade():
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TABLE search_words")
    op.drop_table('search_documents')
    op.drop_table('search_entries')
