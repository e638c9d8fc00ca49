"""Looking for candidates by what their name is and what they said or wrote: **one function, whatever the database**.

Words may stand anywhere in one interview: "maria kafka" finds Maria who spoke of Kafka. The newest answers come first;
there is no relevance and no rank of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from ml.transcripts.transcript import Transcript as Words
from webapp.accounts.models import User
from webapp.core.database import db
from webapp.interviews.access import may_manage
from webapp.interviews.anonymity import code_name
from webapp.interviews.filters import managed_by
from webapp.interviews.models import Answer, Interview, InterviewState, Invitation, Progress, Take
from webapp.interviews.operations import invitations_of
from webapp.positions.models import Position
from webapp.questions.models import Question
from webapp.recordings.models import Recording
from webapp.reviews.access import is_identity_hidden
from webapp.search.backends import are_common, holds, is_found
from webapp.search.folding import Token, tokens
from webapp.search.models import SearchDocument
from webapp.search.query import Term, parse
from webapp.transcripts import store
from webapp.transcripts.models import Transcript

PAGE_SIZE = 20
#: So many candidates are looked through, the newest first: whoever gets more takes another word.
MOST = 200
#: So many of the newest are looked at one by one, before the index of words is asked. Where these fill the page that
#: is asked for, nobody counts what lies beyond them.
FIRST = 500
#: What more documents than these hold is looked for one by one beyond them as well: a page is full soon, and to read
#: all that an index has of it takes long.
COMMON = 3_000
#: So many places are shown of one interview, and so many words around each.
MOST_PASSAGES, AROUND = 3, 12


@dataclass(frozen=True)
class Piece:
    """Text in order; ``marked`` where it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Passage:
    """A place in one answer. ``seconds`` is when its first marked word is said; None where that is not known, and for
    what was written."""

    answer: Answer
    spoken: bool
    pieces: list[Piece]
    seconds: float | None = None


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
    blind = sa.select(Position.id).where(Position.blind_review)
    if db.session.scalar(blind.limit(1)) is None:
        return None
    return sa.select(Invitation.id).where(sa.or_(Invitation.position_id.not_in(blind), managed_by(user)))


def _entries(user: User, invitations: Sequence[Invitation], wanted: Sequence[Term]) -> list[Found]:
    """Each with its passages. They are cut from what may be seen now, not from the index."""
    answers = _answers_with(invitations, wanted)
    said = store.visible_of([answer for some in answers.values() for answer in some])
    entries = []
    for invitation in invitations:
        passages = [
            passage for answer in answers[invitation.id] for passage in _passages(answer, said.get(answer.id), wanted)
        ]
        entries.append(
            Found(
                invitation,
                _name_of(user, invitation, wanted),
                passages[:MOST_PASSAGES],
                max(0, len(passages) - MOST_PASSAGES),
            )
        )
    return entries


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
    return _marked(invitation.name, tokens(invitation.name), wanted)


def _answers_with(invitations: Sequence[Invitation], wanted: Sequence[Term]) -> dict[str, list[Answer]]:
    """By invitation, the answers that hold one of the terms, in the order of the questions."""
    ids = sa.select(SearchDocument.answer_id).where(
        SearchDocument.invitation_id.in_([row.id for row in invitations]),
        sa.or_(*(holds(term, few=True) for term in wanted)),
    )
    query = (
        sa.select(Answer)
        .where(Answer.id.in_(ids))
        .options(  # little of each of a hundred answers; their interviews are there already
            load_only(Answer.interview_id, Answer.question_id, Answer.text),
            joinedload(Answer.question).load_only(Question.position),
            selectinload(Answer.takes)
            .joinedload(Take.recording)
            .load_only(Recording.take_id, Recording.state, Recording.seconds, Recording.interrupted),
        )
    )
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in sorted(db.session.scalars(query).unique(), key=lambda each: each.question.position):
        found[answer.interview.invitation_id or ""].append(answer)
    return found


def _passages(answer: Answer, spoken: Transcript | None, wanted: Sequence[Term]) -> list[Passage]:
    found = []
    if answer.written and (pieces := passage(answer.written, wanted)):
        found.append(Passage(answer, False, pieces[0]))
    if spoken:
        words = spoken.words
        if pieces := passage(words.text, wanted):
            found.append(Passage(answer, True, pieces[0], _moment(words, pieces[1])))
    return found


def _moment(spoken: Words, at: int) -> float | None:
    """When the word at character ``at`` of a transcript is said, in seconds."""
    place = 0
    for word in spoken.words:
        place += len(word.text) + 1
        if at < place:
            return word.start
    return None


def passage(text: str, wanted: Sequence[Term]) -> tuple[list[Piece], int] | None:
    """What stands around the first place in ``text`` where something wanted is, and where that is (a character);
    None where nothing is."""
    words = tokens(text)
    first = next(_places(words, wanted), None)
    if first is None:
        return None
    begin, end = max(0, first - AROUND), min(len(words), first + 2 * AROUND)
    left, right = (words[begin].start if begin else 0), (words[end].start if end < len(words) else len(text))
    shown = [Token(word.term, word.start - left, word.end - left) for word in words[begin:end]]
    pieces = _marked(" ".join(text[left:right].split("\n")).rstrip(), shown, wanted)
    before, after = ([Piece("… ")] if begin else []), ([Piece(" …")] if end < len(words) else [])
    return [*before, *pieces, *after], words[first].start


def _places(words: Sequence[Token], wanted: Sequence[Term]) -> Iterator[int]:
    """Where something wanted begins: most words are told from all that is wanted by one look."""
    firsts = frozenset(term.words[0] for term in wanted)
    beginnings = tuple(term.words[0] for term in wanted if term.prefix)
    for at, word in enumerate(words):
        if (word.term in firsts or (beginnings and word.term.startswith(beginnings))) and _longest(words, at, wanted):
            yield at


def _longest(words: Sequence[Token], at: int, wanted: Sequence[Term]) -> int | None:
    return max((end for term in wanted if (end := term.ends(words, at))), default=None)


def _marked(text: str, words: Sequence[Token], wanted: Sequence[Term]) -> list[Piece]:
    """``text`` in pieces, with every place marked that is wanted."""
    pieces, done, after = [], 0, 0
    for at in _places(words, wanted):
        end = _longest(words, at, wanted)
        if at < after or end is None:  # within what is marked already
            continue
        start, stop = words[at].start, words[end - 1].end
        pieces += [Piece(text[done:start]), Piece(text[start:stop], marked=True)]
        done, after = stop, end
    return [piece for piece in [*pieces, Piece(text[done:])] if piece.text]
