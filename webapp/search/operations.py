"""Keeping the index. Everything happens in the caller's transaction; nothing here commits.

Only what was handed in is indexed, and of that only what the policy lets be seen at this moment. Practice never is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.database import db
from webapp.interviews.models import Answer, Interview, InterviewState, Invitation
from webapp.policy import Mode
from webapp.search.folding import RULES, tokens
from webapp.search.models import SearchDocument, SearchEntry
from webapp.transcripts import store

#: A document has so many words, so that each stands in it as often as PostgreSQL counts; and so many again of the one
#: before, so that no phrase falls between two.
STRETCH, OVERLAP = 200, 20
#: So many invitations that nobody indexed are indexed at a time.
AT_ONCE = 200


def index_invitation(invitation: Invitation) -> None:
    """Index a candidate's name, address and answers anew."""
    _note(invitation.id)
    db.session.execute(sa.delete(SearchDocument).where(SearchDocument.invitation_id == invitation.id))
    rows = [*documents(invitation.id, invitation.name), *documents(invitation.id, invitation.email)]
    interview = invitation.interview
    if interview is not None and _is_searchable(interview):
        for answer in interview.answers:
            rows += _answer_rows(invitation.id, answer)
    _add(rows)


def index_answer(answer: Answer) -> None:
    """Index what was said or written in one answer anew."""
    interview = answer.interview
    if not _is_searchable(interview) or interview.invitation_id is None:
        return
    db.session.execute(sa.delete(SearchDocument).where(SearchDocument.answer_id == answer.id))
    _add(_answer_rows(interview.invitation_id, answer))


def index_missing() -> int:
    """Index invitations that nobody indexed, or by older rules; how many that was."""
    query = (
        sa.select(Invitation)
        .outerjoin(SearchEntry, SearchEntry.invitation_id == Invitation.id)
        .where(sa.or_(SearchEntry.rules.is_(None), SearchEntry.rules != RULES))
        .limit(AT_ONCE)
    )
    found = db.session.scalars(query).all()
    for invitation in found:
        index_invitation(invitation)
    return len(found)


def _is_searchable(interview: Interview) -> bool:
    return interview.mode is Mode.ASSESSMENT and interview.state is InterviewState.SUBMITTED


def _note(invitation_id: str) -> None:
    """Say that the invitation is indexed; holds its place in PostgreSQL until the transaction ends."""
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(SearchEntry)
    row = insert.values(invitation_id=invitation_id, rules=RULES)
    db.session.execute(row.on_conflict_do_update(index_elements=["invitation_id"], set_={"rules": RULES}))


def _answer_rows(invitation_id: str, answer: Answer) -> Iterator[dict[str, Any]]:
    """Both what was written and what was said: people look for either."""
    if answer.written:
        yield from documents(invitation_id, answer.written, answer_id=answer.id)
    if (spoken := store.visible(answer)) is not None:
        yield from documents(invitation_id, spoken.words.text, answer_id=answer.id, transcript_id=spoken.id)


def documents(
    invitation_id: str, text: str, *, answer_id: str | None = None, transcript_id: str | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of the index that ``text`` is worth."""
    words = [token.term for token in tokens(text)]
    for at in range(0, max(len(words) - OVERLAP, 1), STRETCH - OVERLAP) if words else ():
        yield {
            "invitation_id": invitation_id,
            "answer_id": answer_id,
            "transcript_id": transcript_id,
            "terms": " ".join(words[at : at + STRETCH]),
        }


def _add(rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> None:
    if rows := list(rows):
        db.session.execute(sa.insert(SearchDocument), rows)


def rewrite_index() -> None:
    """Write SQLite's full-text index anew, without the remains of rows that were deleted. Commits, by itself.

    FTS5 marks a deleted row and drops its words only when it merges parts of the index, which may be never.
    """
    if db.engine.dialect.name == "sqlite":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO search_words(search_words) VALUES ('optimize')")
