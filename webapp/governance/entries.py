"""Reading the audit log: filters, pages, exports, and entries in words."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import db
from webapp.core.scoping import kept_to
from webapp.core.translation import translate_stored
from webapp.governance.actions import WORDS
from webapp.governance.models import AuditAddress, AuditEntry, Erasure
from webapp.interviews.models import Interview

#: Ids say nothing to people; they are in the export.
_ID = re.compile(r"[0-9a-f]{32}")
#: Entries on a page.
PAGE = 50
COLUMNS = tuple(column.key for column in AuditEntry.__table__.c)


@dataclass(frozen=True)
class Filters:
    """What somebody looks for; what is empty does not matter. Days are in UTC, both included."""

    who: str = ""
    action: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The same as conditions."""
        found: list[sa.ColumnElement[bool]] = []
        if (mine := kept_to()) is not None:
            found.append(_of_organisation(mine))
        if self.who:
            found.append(AuditEntry.actor_id == self.who)
        if self.action:
            found.append(AuditEntry.action == self.action)
        if self.about:
            found.append(sa.or_(AuditEntry.interview_id == self.about, AuditEntry.subject_id == self.about))
        if self.since:
            found.append(AuditEntry.at >= datetime.combine(self.since, time(), UTC))
        if self.until:
            found.append(AuditEntry.at < datetime.combine(self.until + timedelta(days=1), time(), UTC))
        return found


def _of_organisation(organisation_id: str) -> sa.ColumnElement[bool]:
    """What people of an organisation did, and what was done with its interviews, those that were erased included; the
    chain itself knows of no organisation."""
    people = sa.select(User.id).where(User.organisation_id == organisation_id)
    interviews = sa.select(Interview.id).where(Interview.organisation_id == organisation_id)
    erasures = list(db.session.scalars(sa.select(Erasure).where(Erasure.organisation_id == organisation_id)))
    erased = {each for row in erasures for each in (row.id, *row.scope.get("interviews", ()))}
    return sa.or_(
        AuditEntry.actor_id.in_(people), AuditEntry.subject_id.in_(people), AuditEntry.interview_id.in_(interviews),
        AuditEntry.interview_id.in_(erased), AuditEntry.subject_id.in_(erased),
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """An entry for people. ``address`` is empty once it was erased."""

    number: int
    at: datetime
    who: str
    did: str
    what: str
    interview_id: str
    address: str


def page(filters: Filters, before: int | None = None) -> tuple[list[Line], int | None]:
    """The newest entries that fit, before a number; and the number before which there are more, if there are."""
    query = sa.select(AuditEntry).where(*filters.where()).order_by(AuditEntry.number.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    rows = list(db.session.scalars(query))
    shown = rows[:PAGE]
    return in_words(shown), (shown[-1].number if len(rows) > PAGE else None)


def in_words(rows: list[AuditEntry]) -> list[Line]:
    """Entries with the names that belong to their ids, as they are now."""
    people = _names(User.id, User.name, {row.actor_id for row in rows} | {row.subject_id for row in rows})
    interviews = _names(Interview.id, Interview.candidate_name, {row.interview_id for row in rows})
    addresses = _names(AuditAddress.number, AuditAddress.address, {row.number for row in rows})
    return [_line(row, people, interviews, addresses.get(row.number, "")) for row in rows]


def _names(key: Any, value: Any, wanted: set[Any]) -> dict[Any, str]:
    rows = db.session.execute(sa.select(key, value).where(key.in_([each for each in wanted if each])))
    return {row[0]: row[1] for row in rows}


def _line(row: AuditEntry, people: dict[str, str], interviews: dict[str, str], address: str) -> Line:
    if row.actor_kind == "candidate":
        who = _("the candidate %(name)s", name=interviews.get(row.actor_id, _("(erased)")))
    elif row.actor_kind == "person":
        who = people.get(row.actor_id, _("somebody whose account is gone"))
    else:
        who = _("Viva") if not address else _("somebody who was not signed in")
    about = interviews.get(row.interview_id, "")
    named = people.get(row.subject_id, "") if row.subject_kind == "person" else about
    kind = kind_name(row.subject_kind)
    what = _("%(kind)s of %(name)s", kind=kind, name=named) if kind and named else kind
    if row.subject_kind == "person" and row.subject_id == row.actor_id:
        what = ""
    return Line(row.number, row.at, who, did(row), what, row.interview_id, address)


def did(row: AuditEntry) -> str:
    """What was done, in words; with the page where that says more."""
    said = action_name(row.action)
    facts = json.loads(row.facts)
    details = [f"{name}: {value}" for name, value in facts.items() if name != "page" and not _ID.fullmatch(str(value))]
    if row.action == "changed" and (where := facts.get("page")):
        details.append(str(where).replace(".", " ").replace("_", " "))
    return f"{said} ({', '.join(details)})" if details else said


def action_name(action: str) -> str:
    """An action in words."""
    return translate_stored(WORDS.get(action, action))


def kind_name(kind: str) -> str:
    """What a subject is, in words."""
    return {
        "interview": _("interview"),
        "answer": _("answer"),
        "recording": _("recording"),
        "analysis": _("analysis"),
        "invitation": _("invitation"),
        "room": _("live room"),
        "person": _("account"),
        "position": _("position"),
        "question set": _("question set"),
        "question": _("question"),
        "library item": _("library item"),
        "calibration interview": _("calibration interview"),
        "erasure": _("erasure"),
    }.get(kind, kind)


def actions_there() -> list[tuple[str, str]]:
    """The actions that the log holds, and their words, by these."""
    found = db.session.scalars(sa.select(AuditEntry.action).where(*Filters().where()).distinct())
    return sorted(((action, action_name(action)) for action in found), key=lambda pair: pair[1])


def export(filters: Filters, form: str, engine: sa.Engine) -> Iterator[str]:
    """All entries that fit, the oldest first: ``csv`` with a heading, or ``jsonl``. Both hold every column of the
    chain, so that whoever has the file can check the hashes (webapp/governance/chain.py, ``digest``)."""
    # Put together now: when a server sends the lines, nobody knows any longer for which organisation they are.
    query = sa.select(AuditEntry.__table__).where(*filters.where()).order_by(AuditEntry.number)
    return _lines(query, form, engine)


def _lines(query: sa.Select[Any], form: str, engine: sa.Engine) -> Iterator[str]:
    if form == "csv":
        yield _csv(COLUMNS)
    with engine.connect() as connection:
        for row in connection.execute(query.execution_options(yield_per=500)).mappings():
            values = {name: row[name] for name in COLUMNS} | {"at": row["at"].isoformat(timespec="microseconds")}
            yield _csv(values.values()) if form == "csv" else json.dumps(values, ensure_ascii=False) + "\n"


def _csv(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def of_candidate(interview_id: str) -> list[AuditEntry]:
    """What others did with one candidate's interview, and what the candidate did; the newest first."""
    query = sa.select(AuditEntry).where(AuditEntry.interview_id == interview_id)
    return list(db.session.scalars(query.order_by(AuditEntry.number.desc()).limit(500)))
