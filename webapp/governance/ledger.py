"""The consent ledger: everything that candidates were told, agreed to, refused, took back and signed, of all features,
in one list. It is read from the rows that each feature adds and never changes; nothing is kept here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.core.database import db
from webapp.core.scoping import kept_to
from webapp.integrity.models import IntegrityNotice
from webapp.interviews.models import Consent, Interview, Invitation
from webapp.interviews.notice_models import NoticeShown, NoticeText, Signature
from webapp.live.models import LiveConsent, Member, Room
from webapp.positions.models import Position

#: Rows on a page.
PAGE = 50
COLUMNS = (
    "at", "id", "what", "said", "person", "version", "language", "binding", "hash", "address", "browser",
    "interview_id",
)  # fmt: skip

#: What it was about, in words.
WHAT = {
    "recording": _l("recording"),
    "text": _l("analysis of words"),
    "voice": _l("analysis of the voice"),
    "face": _l("analysis of the face"),
    "live reading": _l("analysis in a live room"),
    "live recording": _l("recording in a live room"),
    "notice": _l("notice of AI, data and rights"),
    "integrity": _l("notice of facts about answering"),
    "release": _l("written release (Illinois)"),
    "waiver": _l("waiver (Maryland)"),
}
SAID = {
    "yes": _l("agreed"),
    "no": _l("did not agree"),
    "told": _l("was shown it"),
    "mailed": _l("was sent it"),
    "returned": _l("the mail came back"),
    "signed": _l("signed"),
}


@dataclass(frozen=True)
class Filters:
    """What somebody looks for; what is empty does not matter. Days are in UTC, both included."""

    person: str = ""
    what: str = ""
    said: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None


def page(filters: Filters, before: tuple[datetime, str] | None = None) -> tuple[list[Any], bool]:
    """The newest rows that fit, before a moment and an id; and whether there are more."""
    rows = _rows()
    query = sa.select(rows).where(*_where(rows, filters)).order_by(rows.c.at.desc(), rows.c.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(sa.or_(rows.c.at < before[0], sa.and_(rows.c.at == before[0], rows.c.id < before[1])))
    found = list(db.session.execute(query))
    return found[:PAGE], len(found) > PAGE


def export(filters: Filters) -> Iterator[str]:
    """All rows that fit as CSV with a heading, the oldest first."""
    rows = _rows()
    query = sa.select(rows).where(*_where(rows, filters)).order_by(rows.c.at, rows.c.id)
    engine = db.engine  # when a server sends the lines, there is no session of this request any more

    def lines() -> Iterator[str]:
        yield _csv(COLUMNS)
        with engine.connect() as connection:
            for row in connection.execute(query.execution_options(yield_per=500)).mappings():
                yield _csv(row[name].isoformat() if name == "at" else _plain(row[name]) for name in COLUMNS)

    return lines()


def _plain(value: Any) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = str(value or "")
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _csv(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _where(rows: sa.Subquery, filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if (mine := kept_to()) is not None:
        found.append(rows.c.organisation_id == mine)
    for name in ("what", "said"):
        if value := getattr(filters, name):
            found.append(rows.c[name] == value)
    if filters.about:
        found.append(rows.c.interview_id == filters.about)
    if filters.person:
        found.append(rows.c.person.icontains(filters.person, autoescape=True))
    if filters.since:
        found.append(rows.c.at >= datetime.combine(filters.since, time(), UTC))
    if filters.until:
        found.append(rows.c.at < datetime.combine(filters.until + timedelta(days=1), time(), UTC))
    return found


def _rows() -> sa.Subquery:
    """All rows of all features by COLUMNS, and whose organisation they are. Practice belongs
    to none, and is nobody's to see but its owner's."""
    consents, live = Consent.__table__, LiveConsent.__table__
    interviews, invitations = Interview.__table__, Invitation.__table__
    shown, texts = NoticeShown.__table__, NoticeText.__table__
    told, signed = IntegrityNotice.__table__, Signature.__table__
    members, rooms, positions = Member.__table__, Room.__table__, Position.__table__
    begun = interviews.alias("begun")

    def row(at: Any, key: Any, what: Any, said: Any, person: Any, version: Any, language: Any, binding: Any,
            digest: Any, address: Any, browser: Any, interview: Any, organisation: Any,
            source: Any) -> sa.Select[Any]:  # fmt: skip
        values = (at, key, what, said, person, version, language, binding, digest, address, browser, interview)
        named = [value.label(name) for name, value in zip(COLUMNS, values, strict=True)]
        return sa.select(*named, organisation.label("organisation_id")).select_from(source)

    def yes_or_no(granted: Any) -> Any:
        return sa.case((granted, "yes"), else_="no")

    def plain(column: Any) -> Any:
        return sa.cast(column, sa.String)

    nothing = sa.literal("")
    parts = [
        row(consents.c.decided_at, consents.c.id, plain(consents.c.purpose), yes_or_no(consents.c.granted),
            interviews.c.candidate_name, consents.c.text_version, consents.c.text_language, consents.c.text_binding,
            consents.c.text_hash, consents.c.address,
            consents.c.browser, interviews.c.id, interviews.c.organisation_id, consents.join(interviews)),
        row(live.c.decided_at, live.c.id, sa.literal("live ") + plain(live.c.purpose), yes_or_no(live.c.granted),
            members.c.name, live.c.text_version, live.c.text_language, live.c.text_binding, live.c.text_hash,
            live.c.address, nothing,
            sa.func.coalesce(rooms.c.interview_id, ""), positions.c.organisation_id,
            live.join(members, live.c.member_id == members.c.id).join(rooms, members.c.room_id == rooms.c.id)
            .join(positions, rooms.c.job_id == positions.c.id)),
        row(shown.c.shown_at, shown.c.id, sa.literal("notice"),
            sa.case((plain(shown.c.way) == "mail", "mailed"), (plain(shown.c.way) == "page", "told"), else_="returned"),
            invitations.c.name, texts.c.version, texts.c.language, texts.c.binding, texts.c.id,
            shown.c.address, nothing,
            sa.func.coalesce(begun.c.id, ""), invitations.c.organisation_id,
            shown.join(texts).join(invitations, shown.c.invitation_id == invitations.c.id)
            .outerjoin(begun, begun.c.invitation_id == invitations.c.id)),
        row(told.c.told_at, told.c.interview_id, sa.literal("integrity"), sa.literal("told"),
            interviews.c.candidate_name, told.c.text_version, told.c.text_language, told.c.text_binding,
            told.c.text_hash, nothing, nothing, interviews.c.id,
            interviews.c.organisation_id, told.join(interviews)),
        row(signed.c.signed_at, signed.c.id, plain(signed.c.kind), sa.literal("signed"), signed.c.typed_name,
            signed.c.text_version, signed.c.text_language, signed.c.text_binding,
            signed.c.text_hash, signed.c.address, signed.c.browser, interviews.c.id,
            interviews.c.organisation_id, signed.join(interviews)),
    ]  # fmt: skip
    every = sa.union_all(*parts).subquery("ledger")
    return sa.select(every).where(every.c.organisation_id.is_not(None)).subquery()
