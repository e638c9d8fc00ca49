"""comments on answers, and whom they mention

Revision ID: d90b4e7713af
Revises: c3f81a6d02e7
Create Date: 2026-12-01 17:12:00

"""
from alembic import op
import sqlalchemy as sa

import webapp.core.database


# revision identifiers, used by Alembic.
revision = 'd90b4e7713af'
down_revision = 'c3f81a6d02e7'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'comments',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('interview_id', sa.String(length=32), nullable=False),
        sa.Column('question_id', sa.String(length=32), nullable=False),
        sa.Column('parent_id', sa.String(length=32), nullable=True),
        sa.Column('author_id', sa.String(length=32), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('at', sa.Double(), nullable=True),
        sa.Column('until', sa.Double(), nullable=True),
        sa.Column('quote', sa.Text(), nullable=False),
        sa.Column('created_at', webapp.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('resolved_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('resolved_by_id', sa.String(length=32), nullable=True),
        sa.CheckConstraint('length(text) > 0', name=op.f('ck_comments_text')),
        sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_comments_author_id')),
        sa.ForeignKeyConstraint(['interview_id'], ['interviews.id'], name=op.f('fk_comments_interview_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['parent_id'], ['comments.id'], name=op.f('fk_comments_parent_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_comments_question_id')),
        sa.ForeignKeyConstraint(['resolved_by_id'], ['users.id'], name=op.f('fk_comments_resolved_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_comments')),
    )
    op.create_index(op.f('ix_comments_interview_id'), 'comments', ['interview_id'])
    op.create_index(op.f('ix_comments_parent_id'), 'comments', ['parent_id'])
    op.create_table(
        'mentions',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('comment_id', sa.String(length=32), nullable=False),
        sa.Column('user_id', sa.String(length=32), nullable=False),
        sa.Column('seen_at', webapp.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_mentions_comment_id'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mentions_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mentions')),
        sa.UniqueConstraint('comment_id', 'user_id', name=op.f('uq_mentions_comment_id')),
    )
    op.create_index(op.f('ix_mentions_comment_id'), 'mentions', ['comment_id'])
    op.create_index(op.f('ix_mentions_user_id'), 'mentions', ['user_id'])


def downgrade():
    op.drop_table('mentions')
    op.drop_table('comments')
