"""All who handed in an interview for one position: as rows for CSV and XLSX, and as JSON.

One row for each scorecard that the reader may see, so that no score is averaged away; candidates in the order of their
names, for any other order would say something. Machine readings and integrity facts are in none of it: a column of
them could be sorted by.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from webapp.accounts.models import User
from webapp.core.database import db, now
from webapp.core.spreadsheets import inert, write_csv
from webapp.interviews.anonymity import code_name
from webapp.interviews.models import Interview, InterviewState
from webapp.interviews.operations import interviews_of
from webapp.positions.models import Position
from webapp.questions.guide import guide_of
from webapp.questions.models import Question, QuestionSet
from webapp.reviews.access import is_identity_hidden, opened_by
from webapp.reviews.formatting import outcome
from webapp.reviews.models import Decision, DecisionState, Scorecard, ScorecardState
from webapp.reviews.scoring import note_of, scores_of

FORMAT = "viva-position-1"


@dataclass(frozen=True)
class Person:
    """One interview with what this reader may see of it. ``open``: scorecards and decisions show."""

    interview: Interview
    open: bool
    scorecards: list[Scorecard]
    decision: Decision | None
    #: The name and the address that this reader may see.
    name: str
    email: str


def people_of(position: Position, reader: User) -> list[Person]:
    """Everybody who handed in, by name."""
    chosen = interviews_of(reader).where(
        Interview.position_id == position.id, Interview.state == InterviewState.SUBMITTED
    )
    ids = chosen.with_only_columns(Interview.id)
    interviews = db.session.scalars(
        chosen.options(
            joinedload(Interview.invitation), joinedload(Interview.question_set).selectinload(QuestionSet.questions)
        )
    ).unique()
    opened = set(db.session.scalars(ids.where(opened_by(reader, Interview.id))))
    cards: dict[str, dict[str, Scorecard]] = defaultdict(dict)
    query = sa.select(Scorecard).where(Scorecard.interview_id.in_(ids), Scorecard.state == ScorecardState.SUBMITTED)
    for card in db.session.scalars(
        query.order_by(Scorecard.version).options(selectinload(Scorecard.ratings), joinedload(Scorecard.reviewer))
    ):
        cards[card.interview_id][card.reviewer_id] = card  # the newest version of each reviewer
    decisions: dict[str, Decision] = {}
    final = sa.select(Decision).where(Decision.interview_id.in_(ids), Decision.state == DecisionState.FINAL)
    for decision in db.session.scalars(
        final.options(joinedload(Decision.by)).order_by(Decision.decided_at, Decision.id.desc())
    ):
        decisions[decision.interview_id] = decision
    found = []
    in_order = (
        (lambda each: each.id) if position.blind_review else (lambda each: (each.candidate_name.casefold(), each.id))
    )
    for interview in sorted(interviews, key=in_order):
        is_open = interview.id in opened
        hidden = is_identity_hidden(reader, interview)
        found.append(
            Person(
                interview,
                is_open,
                list(cards[interview.id].values()) if is_open else [],
                decisions.get(interview.id) if is_open else None,
                code_name(interview) if hidden else interview.candidate_name,
                interview.invitation.email if interview.invitation and not hidden else "",
            )
        )
    return found


def questions_of(people: Sequence[Person]) -> list[Question]:
    """Every question that anybody was asked, in order, the newest version of a set first."""
    sets = {person.interview.question_set for person in people}
    ordered = sorted(sets, key=lambda each: (each.title, -each.version, each.id))
    return [question for each in ordered for question in each.questions]


def table(people: Sequence[Person]) -> tuple[list[str], list[list[Any]]]:
    """Head and rows: a row for each scorecard, and one for who has none to be seen."""
    questions = questions_of(people)
    head = [_("Name"), _("Email"), _("Submitted"), _("Decision"), _("Decided by"), _("Reason"), _("Reviewer")]
    for question in questions:
        label = _("Question %(number)s", number=question.position)
        if len({each.question_set_id for each in questions}) > 1:
            label += f" ({question.question_set.title}, {question.question_set.version})"
        head += [
            _("%(question)s: %(competency)s", question=label, competency=each.name)
            for each in guide_of(question).competencies
        ]
        head.append(_("%(question)s: note", question=label))
    head.append(_("The interview as a whole"))
    return head, [row for person in people for row in _rows(person, questions)]


def _rows(person: Person, questions: Sequence[Question]) -> Iterator[list[Any]]:
    interview, decision = person.interview, person.decision
    common: list[Any] = [
        person.name,
        person.email,
        f"{interview.submitted_at:%Y-%m-%d %H:%M} UTC",
        outcome(decision.outcome) if decision else "" if person.open else _("hidden until you submit your scorecard"),
        decision.by.name if decision else "",
        decision.reason if decision else "",
    ]
    cards: list[Scorecard | None] = [*person.scorecards]
    for card in cards or [None]:
        row = [*common, card.reviewer.name if card else ""]
        for question in questions:
            row += [*scores_of(card, question).values(), note_of(card, question)]
        yield [*row, card.summary if card else ""]


def to_csv(people: Sequence[Person]) -> bytes:
    """A CSV that spreadsheets open as it is meant, and in which no cell is a formula."""
    head, rows = table(people)
    return write_csv(head, (["" if cell is None else str(cell) for cell in row] for row in rows))


def to_xlsx(people: Sequence[Person], title: str) -> bytes:
    """A workbook with the same table, and a sheet that says what was asked. Text stays text, scores are numbers."""
    import xlsxwriter  # only for those who ask for it

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": title, "comments": _("Models describe recordings; people decide.")})
        bold, wrap = (
            book.add_format({"bold": True, "text_wrap": True}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        head, rows = table(people)
        _sheet(book.add_worksheet(_("Scorecards")), head, rows, bold, wrap)
        asked = [
            [each.question_set.title, each.question_set.version, each.position, each.prompt, each.rubric]
            for each in questions_of(people)
        ]
        names = [_("Question set"), _("Version"), _("Number"), _("Question"), _("Scoring guide")]
        _sheet(book.add_worksheet(_("Questions")), names, asked, bold, wrap)
    return stream.getvalue()


def _sheet(sheet: Any, head: Sequence[str], rows: Sequence[Sequence[Any]], bold: Any, wrap: Any) -> None:
    for column, name in enumerate(head):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, min(40, max(12, len(name) + 2)))
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell, wrap)
            elif cell:
                sheet.write_string(number, column, inert(str(cell))[:32_767], wrap)
    sheet.freeze_panes(1, 1)


def to_json(position: Position, people: Sequence[Person]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "format": FORMAT,
        "exported_at": now().isoformat(),
        "position": {"title": position.title, "city": position.city, "country": position.country},
        "questions": [
            {
                "id": each.id,
                "question_set": each.question_set.title,
                "version": each.question_set.version,
                "position": each.position,
                "question": each.prompt,
                "scoring_guide": guide_of(each).to_json(),
            }
            for each in questions_of(people)
        ],
        "interviews": [_person(person) for person in people],
    }


def _person(person: Person) -> dict[str, Any]:
    interview, decision = person.interview, person.decision
    return {
        "id": interview.id,
        "candidate": person.name,
        "email": person.email,
        "submitted_at": interview.submitted_at.isoformat() if interview.submitted_at else None,
        "reviews_hidden": not person.open,
        "decision": decision
        and {
            "outcome": decision.outcome.value,
            "reason": decision.reason,
            "by": decision.by.name,
            "decided_at": decision.decided_at.isoformat(),
        },
        "scorecards": [
            {
                "reviewer": card.reviewer.name,
                "version": card.version,
                "submitted_at": card.closed_at.isoformat() if card.closed_at else None,
                "summary": card.summary,
                "ratings": [
                    {
                        "question": rating.question_id,
                        "competency": rating.competency,
                        "score": rating.score,
                        "note": rating.note,
                    }
                    for rating in card.ratings
                ],
            }
            for card in person.scorecards
        ],
    }
