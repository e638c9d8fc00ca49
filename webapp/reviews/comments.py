"""What colleagues say to each other about an answer. Nothing here commits.

Comments are opinions: somebody else's stay out of sight until one's own scorecard is in, as their scores do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from webapp.accounts.models import Role, User
from webapp.core import events
from webapp.core.database import db, now
from webapp.core.once import asked_once
from webapp.interviews.access import may_review
from webapp.interviews.models import Interview
from webapp.questions.models import Question
from webapp.reviews.comment_models import Comment, Mention

LONGEST = 5_000  # characters
LONGEST_QUOTE = 1_000  # characters
#: Names that are offered while somebody types one.
OFFERED = 8


class CommentError(ValueError):
    """This cannot be done; the message is for the person."""


@dataclass(frozen=True)
class Place:
    """What a comment is about: seconds of the recording, from ``at`` to ``until``, and the words there."""

    at: float | None = None
    until: float | None = None
    quote: str = ""


def add(
    interview: Interview, question: Question, text: str, *, by: User, place: Place | None = None,
    parent: Comment | None = None,
) -> Comment:  # fmt: skip
    """Write a comment, or a reply to the thread of ``parent``; who is named in it as ``@Name`` is told.

    Raises CommentError for an empty or too long text, or a place that is none.
    """
    place = place or Place()
    if not text.strip():
        raise CommentError(_("Write a comment first."))
    if len(text) > LONGEST:
        raise CommentError(_("A comment can have at most %(number)s characters.", number=LONGEST))
    at, until = place.at, place.until
    if (at is not None and not 0 <= at < 1e6) or (until is not None and (at is None or not at <= until < 1e6)):
        raise CommentError(_("That is not a moment of this recording."))
    if parent is not None and (parent.parent_id is not None or parent.interview_id != interview.id):
        raise CommentError(_("That comment is no longer there."))
    row = Comment(
        interview=interview,
        question=question,
        parent_id=parent.id if parent else None,
        author_id=by.id,
        text=text.strip(),
        at=None if at is None else round(at, 2),
        until=None if until is None else round(until, 2),
        quote=place.quote.strip()[:LONGEST_QUOTE],
    )
    row.mentions = [Mention(user_id=person.id) for person in named(interview, text, by)]
    db.session.add(row)
    db.session.flush()
    for mention in row.mentions:
        events.send(
            events.person_mentioned,
            user_id=mention.user_id,
            interview_id=interview.id,
            by_id=by.id,
            mention_id=mention.id,
        )
    return row


def named(interview: Interview, text: str, by: User) -> list[User]:
    """The colleagues whom ``text`` names as ``@Name`` and who may review ``interview``; a longer name wins."""
    if "@" not in text:
        return []
    people = [person for person in db.session.scalars(_colleagues()) if person.id != by.id]
    found: list[User] = []
    left = text.casefold()
    for person in sorted(people, key=lambda each: -len(each.name)):
        pattern = re.compile(rf"@{re.escape(person.name.casefold())}(?!\w)")
        if pattern.search(left) and may_review(person, interview):
            found.append(person)
            left = pattern.sub(" ", left)
    return found


def offered(interview: Interview, begun: str, by: User) -> list[User]:
    """Colleagues whose name has a word that begins with ``begun`` and who may review ``interview``, at most OFFERED."""
    wanted = begun.strip().casefold()
    found: list[User] = []
    for person in db.session.scalars(_colleagues().order_by(User.name, User.id)):
        words = person.name.casefold()
        begins = words.startswith(wanted) or any(word.startswith(wanted) for word in words.split())
        if person.id != by.id and begins and may_review(person, interview):
            found.append(person)
            if len(found) == OFFERED:
                break
    return found


def _colleagues() -> sa.Select[User]:
    return sa.select(User).where(User.role.in_((Role.RECRUITER, Role.ADMIN)), User.active.is_(True))


def threads_of(interview: Interview, question: Question, viewer: User, *, everybody: bool) -> list[Comment]:
    """The threads on an answer: by their second, those about the whole answer first, resolved ones last.

    Without ``everybody`` only what ``viewer`` began, and of its replies only their own.
    """
    return _threads(interview.id, question.id, None if everybody else viewer.id)


@asked_once(Comment)
def _threads(interview_id: str, question_id: str, author_id: str | None) -> list[Comment]:
    query = (
        sa.select(Comment)
        .where(Comment.interview_id == interview_id, Comment.question_id == question_id, Comment.parent_id.is_(None))
        .options(
            joinedload(Comment.author),
            joinedload(Comment.resolved_by),
            selectinload(Comment.replies).joinedload(Comment.author),
        )
    )
    if author_id is not None:
        query = query.where(Comment.author_id == author_id)
    rows = db.session.scalars(query).unique()
    return sorted(rows, key=lambda row: (row.resolved_at is not None, row.at or 0.0, row.created_at))


def comment_of(interview: Interview, comment_id: str) -> Comment | None:
    """A comment of this interview; None for any other."""
    row = db.session.get(Comment, comment_id)
    return row if row is not None and row.interview_id == interview.id else None


def resolve(row: Comment, *, by: User, resolved: bool = True) -> None:
    """Close a thread, or open it again. Raises CommentError for a reply."""
    if row.parent_id is not None:
        raise CommentError(_("Only a whole thread can be resolved."))
    row.resolved_at, row.resolved_by_id = (now(), by.id) if resolved else (None, None)
    db.session.flush()


def delete(row: Comment, *, by: User) -> None:
    """Remove a comment with its replies. Raises CommentError for somebody else's, or where others have replied."""
    if row.author_id != by.id:
        raise CommentError(_("Only its author can delete a comment."))
    if any(reply.author_id != by.id for reply in row.replies):
        raise CommentError(_("Others have replied to this comment. Resolve the thread instead."))
    db.session.delete(row)
    db.session.flush()


def mentions_of(user: User, *, seen: bool = False) -> list[Mention]:
    """Where colleagues named ``user`` in interviews that they may still review, the newest first."""
    query = (
        sa.select(Mention)
        .join(Mention.comment)
        .where(Mention.user_id == user.id)
        .options(joinedload(Mention.comment).joinedload(Comment.interview))
        .order_by(Comment.created_at.desc())
        .limit(100)
    )
    if not seen:
        query = query.where(Mention.seen_at.is_(None))
    return [row for row in db.session.scalars(query) if may_review(user, row.comment.interview)]


def note_seen(interview: Interview, question: Question, user: User) -> None:
    """``user`` has the comments on an answer before them."""
    if not threads_of(interview, question, user, everybody=True):
        return
    query = (
        sa.select(Mention)
        .join(Mention.comment)
        .where(
            Mention.user_id == user.id,
            Mention.seen_at.is_(None),
            Comment.interview_id == interview.id,
            Comment.question_id == question.id,
        )
    )
    for row in db.session.scalars(query):
        row.seen_at = now()
    db.session.flush()


def forget_quotes(interview: Interview, question_ids: set[str]) -> None:
    """Take out of comments the words of answers whose words are gone."""
    query = sa.select(Comment).where(
        Comment.interview_id == interview.id, Comment.question_id.in_(question_ids), Comment.quote != ""
    )
    for row in db.session.scalars(query):
        row.quote = ""
    db.session.flush()
