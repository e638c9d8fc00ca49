"""The places in the answers of one page of candidates where something is that was looked for, and the words around.

They are cut from what may be seen now, not from the index, which only says in which answers to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import contains_eager, joinedload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from ml.transcripts.transcript import moment_in
from webapp.core.database import db
from webapp.interviews.models import Answer, Invitation, Take
from webapp.policy import Modality, decide_for
from webapp.questions.models import Question
from webapp.recordings.models import Recording
from webapp.search.backends import holds
from webapp.search.folding import Token, tokens
from webapp.search.models import SearchDocument
from webapp.search.query import Term
from webapp.transcripts import store
from webapp.transcripts.models import Transcript

#: So many places are shown of one interview, and so many words around each.
MOST, AROUND = 3, 12


_BEGIN, _END = Markup("<mark>"), Markup("</mark>")


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


def as_html(pieces: Sequence[Piece]) -> Markup:
    """``pieces`` with a <mark> around what was looked for."""
    parts: list[str] = []
    for piece in pieces:
        parts += [_BEGIN, piece.text, _END] if piece.marked else [piece.text]
    return Markup("").join(parts)  # which escapes what is no markup


@dataclass
class Places:
    """Those of one interview. ``more``: answers that hold something as well, and are not among ``passages``."""

    passages: list[Passage] = field(default_factory=list)
    more: int = 0


def places_in(invitations: Sequence[Invitation], wanted: Sequence[Term]) -> dict[str, Places]:
    """By invitation. Of no more than MOST answers each the words are read."""
    found: dict[str, Places] = defaultdict(Places)
    near: list[Answer] = []
    for invitation_id, answers in _answers_with(invitations, wanted).items():
        near += answers[:MOST]
        if far := answers[MOST:]:
            spoken = bool(decide_for(far[0].interview, Modality.TEXT))
            found[invitation_id].more = sum(answer.written is not None or spoken for answer in far)
    _load_takes(near)
    said = store.visible_of(near)
    for answer in near:
        found[answer.interview.invitation_id or ""].passages += _passages(answer, said.get(answer.id), wanted)
    for places in found.values():  # an answer may be written and spoken
        shown, left = places.passages[:MOST], places.passages[MOST:]
        places.more += len({each.answer.id for each in left} - {each.answer.id for each in shown})
        places.passages = shown
    return found


def _answers_with(invitations: Sequence[Invitation], wanted: Sequence[Term]) -> dict[str, list[Answer]]:
    """By invitation, the answers that hold one of the terms, in the order of the questions: little of each. Their
    interviews are there already."""
    ids = sa.select(SearchDocument.answer_id).where(
        SearchDocument.invitation_id.in_([row.id for row in invitations]),
        sa.or_(*(holds(term, few=True) for term in wanted)),
    )
    query = (
        sa.select(Answer)
        .join(Answer.question)
        .where(Answer.id.in_(ids))
        .order_by(Question.position)
        .options(
            load_only(Answer.interview_id, Answer.question_id, Answer.text),
            contains_eager(Answer.question).load_only(Question.position),
        )
    )
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in db.session.scalars(query):
        found[answer.interview.invitation_id or ""].append(answer)
    return found


def _load_takes(answers: Sequence[Answer]) -> None:
    """What tells which take of each answer counts, at once."""
    query = (
        sa.select(Take)
        .where(Take.answer_id.in_([answer.id for answer in answers]))
        .order_by(Take.number)
        .options(
            joinedload(Take.recording).load_only(
                Recording.take_id, Recording.state, Recording.seconds, Recording.interrupted
            )
        )
    )
    takes: dict[str, list[Take]] = defaultdict(list)
    for take in db.session.scalars(query) if answers else ():
        takes[take.answer_id].append(take)
    for answer in answers:
        set_committed_value(answer, "takes", takes[answer.id])


def _passages(answer: Answer, spoken: Transcript | None, wanted: Sequence[Term]) -> list[Passage]:
    found = []
    if answer.written and (pieces := passage(answer.written, wanted)):
        found.append(Passage(answer, False, pieces[0]))
    if spoken and (pieces := passage(spoken.text, wanted)):
        found.append(Passage(answer, True, pieces[0], moment_in(spoken.body, pieces[1])))
    return found


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
    pieces = marked(" ".join(text[left:right].split("\n")).rstrip(), shown, wanted)
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


def marked(text: str, words: Sequence[Token], wanted: Sequence[Term]) -> list[Piece]:
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
