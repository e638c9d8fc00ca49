"""A hundred thousand interviews in PostgreSQL within three minutes: copies of one interview's rows, by COPY.

Each has five answers, each of those a take, a recording and a transcript; a report, a scorecard with ratings and a
decision where it is decided, and its words in the index of the search. Every answer's text was read; the newest RICH
have readings of face and voice too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from psycopg import Connection, Cursor, connect, sql

from bench.load_data import POSITIONS, Setting, spoken
from bench.serving import say
from ml.media import synthetic

#: Interviews with readings of every kind, and the prototype's own words; texts that the others' answers are drawn of.
RICH, TEXTS = 1_000, 3_000
#: Interviews of one COPY of each table; days since the first was invited.
BATCH, DAYS = 4_000, 365
#: Of so many people who were invited one has not begun, one has withdrawn.
BEGINNERS, WITHDRAWN = 30, 100
#: The share (the newest) that waits for people.
UNDECIDED = 0.05
_FIRST = "Zoë Łukasz محمد Élodie Kim Anna José Maria Jörg Aiko Omar Inès Noor Tomasz Chloé Amara Wei Priya".split()
_LAST = "Tremblay Nowak أحمد Brûlé Lee Kowalska Núñez Silva Weiß Sato Haddad Costa Khan Zieliński Roy Diallo".split()
_RARE = "kafka postgres quorum weasel otter terraform naïve café Wörter żółć migration holiday latency".split()
_NULL = "\\N"
_T = TypeVar("_T")
#: Table → which of its rows are the prototype's.
TABLES = {
    "invitations": "id = %(invitation)s",
    "interviews": "id = %(interview)s",
    "consents": "interview_id = %(interview)s",
    "answers": "interview_id = %(interview)s",
    "takes": "answer_id in (select id from answers where interview_id = %(interview)s)",
    "recordings": "take_id in (select takes.id from takes join answers on answers.id = answer_id"
    " where interview_id = %(interview)s)",
    "transcripts": "answer_id in (select id from answers where interview_id = %(interview)s)",
    "analyses": "interview_id = %(interview)s",
    "reports": "interview_id = %(interview)s",
    "scorecards": "interview_id = %(interview)s",
    "ratings": "scorecard_id in (select id from scorecards where interview_id = %(interview)s)",
    "decisions": "interview_id = %(interview)s",
    "search_entries": "invitation_id = %(invitation)s",
    "search_documents": "invitation_id = %(invitation)s",
}  # fmt: skip


@dataclass
class Filled:
    """What came of it. ``rich``: ids of interviews with readings of every kind."""

    interviews: int = 0
    seconds: float = 0.0
    bytes: int = 0
    rich: list[str] = field(default_factory=list)
    #: The first of the rich's numbers: interview ``number`` is of position ``number % POSITIONS``.
    first_rich: int = 0


@contextmanager
def connected(url: str) -> Iterator[Connection[Any]]:
    """A connection whose statements are transactions of their own."""
    with connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def fill(url: str, setting: Setting, interviews: int) -> Filled:
    """Copy the prototype until there are so many; then the database knows how much it has (VACUUM, ANALYZE)."""
    began, found = time.monotonic(), Filled()
    with connected(url) as connection, connection.cursor() as cursor:
        # No triggers of foreign keys: what is copied fits together as the prototype does, and is checked below.
        cursor.execute("set session_replication_role = replica")
        cursor.execute("set maintenance_work_mem = '512MB'")
        copies = Copies(cursor, setting, interviews)
        indexes = _indexes(cursor)
        for name, _definition in indexes:
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        with ThreadPoolExecutor(1) as other:
            before: Future[None] | None = None
            for first in range(0, interviews - 1, BATCH):
                texts = copies.texts_of(first, min(BATCH, interviews - 1 - first))
                if before is not None:
                    before.result()
                before = other.submit(_copy, cursor, copies, texts)
            if before is not None:
                before.result()
        say(f"{interviews} interviews copied after {time.monotonic() - began:.0f} s; indexes")
        for _name, definition in indexes:
            cursor.execute(definition.encode())
        cursor.execute("vacuum (analyze)")
        found.interviews = _one(cursor, "select count(*) from interviews")
        found.bytes = _one(cursor, "select pg_database_size(current_database())")
        if orphans := _one(
            cursor,
            "select count(*) from answers a left join interviews i on i.id = a.interview_id left join takes t on"
            " t.answer_id = a.id left join recordings r on r.take_id = t.id left join transcripts s on"
            " s.recording_id = r.id where i.id is null or s.id is null",
        ):
            raise RuntimeError(f"{orphans} answers are not whole")
    found.first_rich = interviews - 1 - len(copies.rich)
    found.rich, found.seconds = copies.rich, time.monotonic() - began
    return found


def _one(cursor: Cursor[Any], query: str) -> int:
    cursor.execute(query.encode())
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _copy(cursor: Cursor[Any], copies: Copies, texts: dict[str, str]) -> None:
    for table, text in texts.items():
        names = sql.SQL(", ").join(map(sql.Identifier, copies.columns[table]))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)) as copy:
            copy.write(text)


def _indexes(cursor: Cursor[Any]) -> list[tuple[str, str]]:
    """The indexes of the bulk tables that no constraint needs: name and definition."""
    cursor.execute(
        "select indexname, indexdef from pg_indexes where tablename = any(%s) and schemaname = 'public' and not exists"
        " (select 1 from pg_constraint where conname = indexname)",
        (list(TABLES),),
    )
    return list(cursor.fetchall())


class Copies:
    """Lines for COPY, made of the prototype's rows: one text for each, with a place for each value that differs."""

    def __init__(self, cursor: Cursor[Any], setting: Setting, interviews: int) -> None:
        self.setting, self.interviews, self.moment = setting, interviews, datetime.now(UTC)
        self.random = np.random.default_rng(20261202)
        self._ids: list[str] = []
        self.columns: dict[str, list[str]] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self.rich: list[str] = []
        self._read(cursor)
        self._texts = [self._said() for _ in range(TEXTS)]
        self._answers = [self._value("answers", row, "id") for row in self.rows["answers"]]
        self._takes = [self._value("takes", row, "id") for row in self.rows["takes"]]
        self._makers = self._all_makers()

    def _id(self) -> str:
        """An id like any other: they are spread over the index."""
        if not self._ids:
            text = self.random.bytes(16 * 4096).hex()
            self._ids = [text[at : at + 32] for at in range(0, len(text), 32)]
        return self._ids.pop()

    def _one_of(self, things: Sequence[_T]) -> _T:
        return things[int(self.random.random() * len(things))]

    def _said(self) -> tuple[str, str]:
        """A transcript's body and its words in the index, both as COPY wants them."""
        from webapp.search.operations import documents

        words = " ".join(synthetic.ANSWERS.values()).split()
        said: list[str] = []
        while len(said) < 40:
            at = int(self.random.integers(len(words) - 8))
            said += words[at : at + 8]
            if self.random.random() < 0.1:
                said.append(self._one_of(_RARE))
        terms = next(iter(documents("", " ".join(said))))["terms"]
        return json.dumps(spoken(said).to_json(), ensure_ascii=False).replace("\\", "\\\\"), terms

    def _read(self, cursor: Cursor[Any]) -> None:
        """The prototype's rows, in the database's own notation."""
        for table, condition in TABLES.items():
            cursor.execute(
                "select column_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'"
                " and (table_name, column_name) <> ('search_documents', 'id') order by ordinal_position",
                (table,),
            )
            self.columns[table] = [row[0] for row in cursor.fetchall()]
            names = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
            query = sql.SQL("copy (select {} from {} where {}) to stdout").format(
                names, sql.Identifier(table), sql.SQL(condition)
            )
            values = {"interview": self.setting.interview, "invitation": self.setting.invitation}
            with cursor.copy(query, values) as copy:
                text = b"".join(bytes(each) for each in copy).decode("utf-8")
            self.rows[table] = [line.split("\t") for line in text.splitlines()]
            if not self.rows[table]:
                raise RuntimeError(f"The prototype has no {table}")

    def _value(self, table: str, row: list[str], name: str) -> str:
        return row[self.columns[table].index(name)]

    def _maker(self, table: str, row: list[str], *names: str) -> Callable[..., str]:
        """Makes a line of a row, of values for ``names``."""
        columns = self.columns[table]
        fields = [value.replace("%", "%%") for value in row]
        for name in names:
            fields[columns.index(name)] = f"%({name})s"
        text = "\t".join(fields) + "\n"
        return lambda **values: text % values

    def _all_makers(self) -> dict[str, list[tuple[int, Callable[..., str]]]]:
        """Table → for each row of the prototype the place of its answer (0 where it has none), and its maker."""
        wanted = {
            "invitations": (
                "id", "name", "email", "job_id", "created_at", "deadline", "withdrawn_at", "progress", "outcome",
            ),
            "interviews": (
                "id", "invitation_id", "job_id", "candidate_name", "started_at", "submitted_at", "review_state",
                "outcome",
            ),
            "consents": ("id", "interview_id"),
            "answers": ("id", "interview_id"),
            "takes": ("id", "answer_id"),
            "recordings": ("id", "take_id"),
            "transcripts": ("id", "answer_id", "recording_id", "body"),
            "analyses": ("id", "interview_id", "answer_id"),
            "reports": ("id", "interview_id", "body", "built_at"),
            "scorecards": ("id", "interview_id", "closed_at"),
            "ratings": ("id", "scorecard_id"),
            "decisions": ("id", "interview_id", "decided_at", "final_at"),
            "search_entries": ("invitation_id",),
            "search_documents": ("invitation_id", "answer_id", "transcript_id", "terms"),
        }  # fmt: skip
        makers = {}
        for table, names in wanted.items():
            makers[table] = [(self._place(table, row), self._maker(table, row, *names)) for row in self.rows[table]]
        return makers

    def _place(self, table: str, row: list[str]) -> int:
        columns = self.columns[table]
        if table == "recordings":
            return self._takes_place(self._value(table, row, "take_id"))
        name = "id" if table == "answers" else "answer_id"
        value = self._value(table, row, name) if name in columns else _NULL
        return self._answers.index(value) if value in self._answers else 0

    def _takes_place(self, take: str) -> int:
        row = self.rows["takes"][self._takes.index(take)]
        return self._answers.index(self._value("takes", row, "answer_id"))

    def texts_of(self, first: int, number: int) -> dict[str, str]:
        """The lines of so many interviews, by table."""
        lines: dict[str, list[str]] = {table: [] for table in TABLES}
        for each in range(first, first + number):
            self._interview(lines, each)
            if each % BEGINNERS == 0:
                self._invitation(lines, self._id(), self._name(), each, self._when(each), _NULL)
        return {table: "".join(found) for table, found in lines.items()}

    def _name(self) -> str:
        return f"{self._one_of(_FIRST)} {self._one_of(_LAST)}"

    def _when(self, number: int) -> datetime:
        return self.moment - timedelta(days=DAYS * (1 - (number + 1) / self.interviews))

    def _invitation(
        self, lines: dict[str, list[str]], key: str, name: str, number: int, when: datetime, progress: str,
        outcome: str = _NULL,
    ) -> None:  # fmt: skip
        from webapp.search.operations import documents

        email = f"person{number}@viva.example"
        gone = when + timedelta(days=3) if number % WITHDRAWN == 1 else None
        lines["invitations"].append(
            self._makers["invitations"][0][1](
                id=key, name=name, email=email, job_id=self.setting.positions[number % POSITIONS],
                created_at=when - timedelta(days=3), deadline=when + timedelta(days=7), withdrawn_at=gone or _NULL,
                progress=progress, outcome=outcome,
            )
        )  # fmt: skip
        lines["search_entries"].append(self._makers["search_entries"][0][1](invitation_id=key))
        make = self._makers["search_documents"][0][1]
        for text in (name, email):
            for row in documents(key, text):
                lines["search_documents"].append(
                    make(invitation_id=key, answer_id=_NULL, transcript_id=_NULL, terms=row["terms"])
                )

    def _interview(self, lines: dict[str, list[str]], number: int) -> None:
        invitation, interview, when, name = self._id(), self._id(), self._when(number), self._name()
        undecided = number >= self.interviews * (1 - UNDECIDED)
        rich = number >= self.interviews - RICH
        outcome = _NULL if undecided else ("hold", "decline", "advance")[number % 3]
        self._invitation(lines, invitation, name, number, when, "ready" if undecided else "decided", outcome)
        lines["interviews"].append(
            self._makers["interviews"][0][1](
                id=interview, invitation_id=invitation, job_id=self.setting.positions[number % POSITIONS],
                candidate_name=name, started_at=when, submitted_at=when,
                review_state=("in_review" if number % 5 == 0 else "to_review") if undecided else "decided",
                outcome=outcome,
            )
        )  # fmt: skip
        answers, takes, recordings, transcripts = (
            [self._id() for _ in self._answers] for _ in range(4)
        )  # fmt: skip
        said = [self._one_of(self._texts) for _ in self._answers]
        for _place, make in self._makers["consents"]:
            lines["consents"].append(make(id=self._id(), interview_id=interview))
        for place, make in self._makers["answers"]:
            lines["answers"].append(make(id=answers[place], interview_id=interview))
        for place, make in self._makers["takes"]:
            lines["takes"].append(make(id=takes[place], answer_id=answers[place]))
        for place, make in self._makers["recordings"]:
            lines["recordings"].append(make(id=recordings[place], take_id=takes[place]))
        for row, (place, make) in zip(self.rows["transcripts"], self._makers["transcripts"], strict=True):
            body = self._value("transcripts", row, "body") if rich else said[place][0]
            lines["transcripts"].append(
                make(id=transcripts[place], answer_id=answers[place], recording_id=recordings[place], body=body)
            )
        for row, (place, make) in zip(self.rows["analyses"], self._makers["analyses"], strict=True):
            if rich or self._value("analyses", row, "modality") == "text":
                lines["analyses"].append(make(id=self._id(), interview_id=interview, answer_id=answers[place]))
        self._said_in_index(lines, invitation, answers, transcripts, said, rich)
        self._closed(lines, interview, answers, when, decided=not undecided, rich=rich)
        if rich:
            self.rich.append(interview)

    def _said_in_index(
        self, lines: dict[str, list[str]], invitation: str, answers: list[str], transcripts: list[str],
        said: list[tuple[str, str]], rich: bool,
    ) -> None:  # fmt: skip
        for row, (place, make) in zip(self.rows["search_documents"], self._makers["search_documents"], strict=True):
            if self._value("search_documents", row, "answer_id") != _NULL:
                terms = self._value("search_documents", row, "terms") if rich else said[place][1]
                lines["search_documents"].append(
                    make(
                        invitation_id=invitation, answer_id=answers[place], transcript_id=transcripts[place],
                        terms=terms,
                    )
                )  # fmt: skip

    def _closed(
        self, lines: dict[str, list[str]], interview: str, answers: list[str], when: datetime, *, decided: bool,
        rich: bool,
    ) -> None:  # fmt: skip
        """The report; where it is decided, the scorecard and the decision."""
        body = self._value("reports", self.rows["reports"][0], "body")
        if rich:
            for before, after in zip(self._answers, answers, strict=True):
                body = body.replace(before, after)
        report = self._makers["reports"][0][1]
        lines["reports"].append(report(id=self._id(), interview_id=interview, body=body, built_at=when))
        if not decided:
            return
        card, later = self._id(), when + timedelta(days=2)
        lines["scorecards"].append(self._makers["scorecards"][0][1](id=card, interview_id=interview, closed_at=later))
        for _place, make in self._makers["ratings"]:
            lines["ratings"].append(make(id=self._id(), scorecard_id=card))
        make = self._makers["decisions"][0][1]
        lines["decisions"].append(make(id=self._id(), interview_id=interview, decided_at=later, final_at=later))
