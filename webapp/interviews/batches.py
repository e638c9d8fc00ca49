"""Lists of people: uploaded, looked at, started, stopped. The work itself is in ``batch_work.py``. Nothing commits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core.database import after_commit, db, now
from webapp.core.hosts import base_url
from webapp.core.security_log import record
from webapp.core.storage import storage
from webapp.core.translation import language as page_language
from webapp.interviews import operations, people_files
from webapp.interviews.batch_models import BatchPerson, BatchState, InvitationBatch, PeopleMapping, PersonState
from webapp.interviews.operations import InvitationError
from webapp.interviews.people_columns import Columns, guessed, header
from webapp.interviews.people_csv import MAX_ROWS, Person, Problem, people_of
from webapp.interviews.people_files import Kind, Sheet, UnreadableFileError
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet

#: How long a file waits for somebody to start it, and how long what became of a list can be read.
DRAFTS, KEPT = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Preview:
    """What would become of a list: the file's first rows, who would be invited, and what is wrong."""

    sheet: Sheet
    people: list[Person]
    problems: list[Problem]

    @property
    def has_whole_fault(self) -> bool:
        """Whether something is wrong with the whole file, which leaving lines out does not mend."""
        return any(problem.line is None for problem in self.problems)


def receive(
    data: bytes, name: str, *, position: Position, question_set: QuestionSet, deadline: datetime, time_zone: str,
    by: User, language: str = "",
) -> InvitationBatch:  # fmt: skip
    """Keep a list to be looked at. Raises UnreadableFileError for what is none, InvitationError for the deadline."""
    operations.check_deadline(deadline)
    sheet = people_files.read(data)
    if not sheet.rows or (sheet.kind is Kind.VCARD and len(sheet.rows) == 1):
        raise UnreadableFileError(_("There is no one in this file. It needs a name and an email address on each line."))
    if len(sheet.rows) > MAX_ROWS + 1:
        raise UnreadableFileError(
            _("There are more than %(max_rows)s people in this file. Split it and upload the parts.", max_rows=MAX_ROWS)
        )
    columns, has_header = _first_mapping(sheet, by)
    batch = InvitationBatch(
        organisation_id=position.organisation_id, position=position, question_set=question_set, deadline=deadline,
        time_zone=time_zone, language=language or page_language(), base=base_url()[:300], created_by_id=by.id,
        file_name=name.replace("\\", "/").rsplit("/", 1)[-1][:160], names=list(columns.names), email=columns.email,
        has_header=has_header,
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    storage.save(batch.key, data, organisation_id=batch.organisation_id)
    record("list uploaded", batch=batch.id, position=position.id, by=by.id)
    return batch


def _heading(sheet: Sheet) -> str:
    """What a kind of file is known by again."""
    first = sheet.rows[0][1]
    plain = "\x1f".join(first).casefold() if header(first) or not any("@" in cell for cell in first) else ""
    return hashlib.sha256(f"{sheet.kind}\x1f{sheet.width}\x1f{plain}".encode()).hexdigest()


def _first_mapping(sheet: Sheet, by: User) -> tuple[Columns, bool]:
    """The columns as somebody here said it last of such a file, else as the header or the first row has it."""
    known = db.session.scalar(
        sa.select(PeopleMapping).where(
            PeopleMapping.organisation_id == by.organisation_id, PeopleMapping.heading == _heading(sheet)
        )
    )
    if known is not None and known.email < sheet.width:
        return Columns(tuple(known.names), known.email), known.has_header
    first = sheet.rows[0][1]
    found = header(first)
    return (found, True) if found else (guessed(first), False)


def sheet_of(batch: InvitationBatch) -> Sheet | None:
    """The rows of a list that waits to be started; None where its file has gone."""
    data = storage.read(batch.key)
    return people_files.read(data) if data is not None else None


def preview(batch: InvitationBatch, sheet: Sheet) -> Preview:
    """What would become of ``batch`` as it is mapped now."""
    columns = Columns(tuple(batch.names), batch.email)
    people, problems = people_of(sheet.rows, columns, has_header=batch.has_header)
    invited = operations.invited_to(batch.position)
    again = [person for person in people if person.email.casefold() in invited]
    problems += [
        Problem(
            person.line,
            _("%(email)s already has an invitation for this position.", email=person.email),
            "email",
            person.email,
        )
        for person in again
    ]
    left = [person for person in people if person.email.casefold() not in invited]
    return Preview(sheet, left, sorted(problems, key=lambda problem: problem.line or 0))


def map_columns(batch: InvitationBatch, names: Sequence[int], email: int, has_header: bool, *, by: User) -> None:
    """Say which columns hold what; remembered for the next file with the same heading. Raises InvitationError."""
    sheet = sheet_of(batch)
    if batch.state is not BatchState.DRAFT or sheet is None:
        raise InvitationError(_("This list has been started already, or its file has been deleted."))
    if not all(0 <= column < sheet.width for column in (*names, email)):
        raise InvitationError(_("Choose columns of this file."))
    batch.names, batch.email, batch.has_header = list(dict.fromkeys(names)), email, has_header
    heading = _heading(sheet)
    known = db.session.scalar(
        sa.select(PeopleMapping).where(
            PeopleMapping.organisation_id == batch.organisation_id, PeopleMapping.heading == heading
        )
    )
    if known is None:
        known = PeopleMapping(organisation_id=batch.organisation_id, heading=heading)
        db.session.add(known)
    known.names, known.email, known.has_header, known.used_at = batch.names, email, has_header, now()
    db.session.flush()


def start(batch: InvitationBatch, *, leave_out: bool, by: User) -> None:
    """Have everybody on the list invited. ``leave_out``: all but the lines with something wrong. A second time changes
    nothing. Raises InvitationError."""
    if batch.state is not BatchState.DRAFT:
        return
    operations.check_deadline(batch.deadline)
    sheet = sheet_of(batch)
    if sheet is None:
        raise InvitationError(_("The file has been deleted, a day after it was uploaded. Upload it again."))
    seen = preview(batch, sheet)
    if seen.has_whole_fault or (seen.problems and not leave_out):
        raise InvitationError(_("No one was invited. Correct these lines and upload the file again."))
    if not seen.people:
        raise InvitationError(_("Nobody is left to invite."))
    db.session.add_all(
        BatchPerson(batch_id=batch.id, line=each.line, name=each.name, email=each.email) for each in seen.people
    )
    batch.state, batch.started_at = BatchState.WAITING, now()
    db.session.flush()
    after_commit(partial(storage.delete, batch.key))
    record("list started", batch=batch.id, people=len(seen.people), by=by.id)


def stop(batch: InvitationBatch, *, by: User) -> None:
    """Invite nobody more; who is invited stays so."""
    if batch.state in (BatchState.WAITING, BatchState.RUNNING):
        batch.state, batch.lease_owner, batch.lease_until = BatchState.STOPPED, None, None
        db.session.flush()
        record("list stopped", batch=batch.id, by=by.id)


def go_on(batch: InvitationBatch, *, failed_too: bool, by: User) -> None:
    """Go on with a list that was stopped; ``failed_too``: try again those that could not be invited."""
    if batch.state not in (BatchState.STOPPED, BatchState.DONE):
        return
    if failed_too:
        db.session.execute(
            sa.update(BatchPerson)
            .where(BatchPerson.batch_id == batch.id, BatchPerson.state == PersonState.FAILED)
            .values(state=PersonState.WAITING, reason="")
        )
    batch.state = BatchState.WAITING
    db.session.flush()
    record("list continued", batch=batch.id, by=by.id)


def discard(batch: InvitationBatch) -> None:
    """Delete a list that was not started, and its file."""
    if batch.state is BatchState.DRAFT:
        after_commit(partial(storage.delete, batch.key))
        db.session.delete(batch)
        db.session.flush()


def counts(batch: InvitationBatch) -> dict[str, int]:
    """How many lines there are of each state, and ``total``."""
    query = (
        sa.select(BatchPerson.state, sa.func.count())
        .where(BatchPerson.batch_id == batch.id)
        .group_by(BatchPerson.state)
    )
    found = {state.value: count for state, count in db.session.execute(query)}
    return {**{state.value: found.get(state.value, 0) for state in PersonState}, "total": sum(found.values())}


def failed(batch: InvitationBatch) -> list[BatchPerson]:
    """The lines that could not be invited, in the order of the file."""
    query = sa.select(BatchPerson).where(BatchPerson.batch_id == batch.id, BatchPerson.state == PersonState.FAILED)
    return list(db.session.scalars(query.order_by(BatchPerson.line)))


def recent(user: User) -> list[InvitationBatch]:
    """The lists that somebody uploaded, the newest first."""
    query = sa.select(InvitationBatch).where(InvitationBatch.created_by_id == user.id)
    return list(db.session.scalars(query.order_by(InvitationBatch.created_at.desc()).limit(10)))


def forget_old() -> int:
    """Delete files that nobody started, and what became of lists long ago; how many. For the sweep."""
    moment = now()
    old = sa.or_(
        sa.and_(InvitationBatch.state == BatchState.DRAFT, InvitationBatch.created_at < moment - DRAFTS),
        sa.and_(
            InvitationBatch.state.in_([BatchState.DONE, BatchState.STOPPED]),
            InvitationBatch.created_at < moment - KEPT,
        ),
    )
    rows = db.session.scalars(sa.select(InvitationBatch).where(old).limit(100)).all()
    for batch in rows:
        after_commit(partial(storage.delete, batch.key))
        db.session.execute(sa.delete(BatchPerson).where(BatchPerson.batch_id == batch.id))
        db.session.delete(batch)
    db.session.flush()
    return len(rows)
