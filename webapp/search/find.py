"""Looking for candidates by what their name is and what they said or wrote: **one function, whatever the database**.

Words may stand anywhere in one interview: "maria kafka" finds Maria who spoke of Kafka. The newest answers come first;
there is no relevance and no rank of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_manage
from webapp.interviews.anonymity import code_name
from webapp.interviews.filters import managed_by
from webapp.interviews.models import Interview, InterviewState, Invitation, Progress
from webapp.interviews.operations import invitations_of
from webapp.positions.models import Position
from webapp.positions.operations import is_any_blind, know_positions
from webapp.reviews.access import is_identity_hidden
from webapp.search.backends import are_common, is_found
from webapp.search.folding import tokens
from webapp.search.passages import Passage, Piece, marked, places_in
from webapp.search.query import Term, parse

PAGE_SIZE = 20
#: So many candidates are looked through, the newest first: whoever gets more takes another word.
MOST = 200
#: So many of the newest are looked at one by one, before the index of words is asked. Where these fill the page that
#: is asked for, nobody counts what lies beyond them.
FIRST = 250
#: What more documents than these hold is looked for one by one beyond them as well: a page is full soon, and to read
#: all that an index has of it takes long.
COMMON = 3_000


@dataclass(frozen=True)
class Found:
    """One candidate: the name with what was looked for in it, and places in the answers. ``more``: answers that hold
    something as well and are not among ``passages``."""

    invitation: Invitation
    name: list[Piece]
    passages: list[Passage]
    more: int = 0

    @property
    def interview(self) -> Interview | None:
        """The interview, once the link was opened."""
        return self.invitation.interview


@dataclass(frozen=True)
class Results:
    """One page of what was found. ``more``: there are more than ``total``, which nobody counted; ``pages`` are then
    those that are known of."""

    terms: list[Term]
    entries: list[Found]
    total: int = 0
    page: int = 1
    pages: int = 1
    more: bool = False


def search(user: User, text: str, *, position_id: str | None = None, page: int = 1) -> Results:
    """The candidates whom ``user`` may see and for whom every term of ``text`` is found, ``PAGE_SIZE`` to a page."""
    terms = parse(text)
    wanted = [term for term in terms if not term.excluded]
    if not wanted:
        return Results(terms, [])
    know_positions()
    visible = invitations_of(user)
    if position_id:
        visible = visible.where(Invitation.position_id == position_id)
    page = min(max(page, 1), -(-MOST // PAGE_SIZE))
    every, more = _newest(visible, terms, _named(user), enough=page * PAGE_SIZE + 1)
    total = min(len(every) - more, MOST)
    pages = max(1, -(-total // PAGE_SIZE))
    if more and total < MOST:
        pages = max(pages, page + 1)
    page = min(page, pages)
    ids = every[:MOST][(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    loaded = sa.select(Invitation).where(Invitation.id.in_(ids))
    options = (
        joinedload(Invitation.position),
        joinedload(Invitation.interview).selectinload(Interview.consents),
    )
    place = {each: number for number, each in enumerate(ids)}
    rows = sorted(db.session.scalars(loaded.options(*options)).unique(), key=lambda row: place[row.id])
    return Results(terms, _entries(user, rows, wanted), total, page, pages, more)


def _newest(
    visible: sa.Select[Invitation], terms: Sequence[Term], named: sa.Select[str] | None, *, enough: int
) -> tuple[list[str], bool]:
    """The ids of those with the newest answers, then of those without, and whether there are more than all but the
    last of them: nothing but ids is read, in the order that an index has. A common word is found among the newest, a
    rare one by the index of words.

    :param enough: so many are always looked for; more, up to one more than MOST, where that is cheap.
    """
    most = MOST + 1
    answered = (
        visible.with_only_columns(Invitation.id)
        .join(Interview, Interview.invitation_id == Invitation.id)
        .where(Interview.state == InterviewState.SUBMITTED, Interview.organisation_id == Invitation.organisation_id)
        .order_by(Interview.submitted_at.desc(), Invitation.created_at.desc(), Invitation.id)
    )
    if db.engine.dialect.name == "postgresql":
        newest = answered.limit(FIRST + 1).add_columns(Interview.submitted_at, Invitation.created_at).cte()
        first = (
            sa.select(Invitation.id, sa.select(sa.func.count()).select_from(newest).scalar_subquery())
            .join(newest, newest.c.id == Invitation.id)
            .where(*(_fits(term, named, few=True) for term in terms))
            .order_by(newest.c.submitted_at.desc(), newest.c.created_at.desc(), newest.c.id)
            .limit(most)
        )
        rows = db.session.execute(first).all()
        found = [each for each, _among in rows]
        if len(found) == most:
            return found, True
        if len(found) >= enough and rows[0][1] > FIRST:  # nobody has looked at what lies beyond
            return found, True
        if are_common([term for term in terms if not term.excluded], COMMON):
            most = enough  # by the limit of a page PostgreSQL knows that it reads few in order
    fits = [_fits(term, named) for term in terms]
    found = list(db.session.scalars(answered.where(*fits).limit(most)))
    if (left := most - len(found)) > 0:
        unanswered = sa.or_(Invitation.progress.is_(None), Invitation.progress == Progress.BEGUN)
        others = visible.with_only_columns(Invitation.id).where(unanswered, *fits)
        found += db.session.scalars(others.order_by(Invitation.created_at.desc(), Invitation.id).limit(left))
    return found, len(found) == most


def _fits(term: Term, named: sa.Select[str] | None, *, few: bool = False) -> sa.ColumnElement[bool]:
    found = is_found(term, named, few=few)
    return sa.not_(found) if term.excluded else found


def _named(user: User) -> sa.Select[str] | None:
    """The invitations that may be found by their names, where there is blind review: those of other positions, and
    those that ``user`` manages."""
    if not is_any_blind():
        return None
    blind = sa.select(Position.id).where(Position.blind_review)
    return sa.select(Invitation.id).where(sa.or_(Invitation.position_id.not_in(blind), managed_by(user)))


def _entries(user: User, invitations: Sequence[Invitation], wanted: Sequence[Term]) -> list[Found]:
    places = places_in(invitations, wanted)
    return [
        Found(row, _name_of(user, row, wanted), places[row.id].passages, places[row.id].more) for row in invitations
    ]


def _name_of(user: User, invitation: Invitation, wanted: Sequence[Term]) -> list[Piece]:
    """The name with what is wanted marked in it; in blind review a code."""
    interview = invitation.interview
    hidden = (
        is_identity_hidden(user, interview)
        if interview is not None
        else invitation.position.blind_review and not may_manage(user, invitation)
    )
    if hidden:
        return [Piece(code_name(invitation))]
    return marked(invitation.name, tokens(invitation.name), wanted)
