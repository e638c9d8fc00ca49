"""Erasing what is held about somebody: what would go, letting it go, and the certificate. Nothing here commits."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from webapp.accounts.models import Role, User
from webapp.analysis.operations import analyses_of
from webapp.core import events
from webapp.core.database import after_commit, db, now
from webapp.core.personal_data import Counted, Kept, Scope, counted, holdings
from webapp.core.sealing import keys_for
from webapp.core.security_log import record
from webapp.core.storage import storage
from webapp.governance.models import Erasure
from webapp.governance.retention import clock, is_held
from webapp.interviews.models import Interview, Invitation

_ADDRESS = "erased address"
#: Within so long whatever was asked is done.
WITHIN = timedelta(days=7)


class ErasureError(ValueError):
    """This cannot be erased, or not now; the message is for a person."""


@dataclass
class Plan:
    """What goes: rows by table, files by kind and their bytes, links that were shared, receivers who are told; and what
    stays, until when, because the law wants it kept."""

    interviews: list[str]
    tables: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    file_bytes: int = 0
    share_links: int = 0
    receivers: int = 0
    stays: dict[str, int] = field(default_factory=dict)
    stays_until: datetime | None = None
    held: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "interviews": self.interviews,
            "tables": self.tables,
            "files": sum(self.files.values()),
            "files_by_kind": self.files,
            "file_bytes": self.file_bytes,
            "share_links": self.share_links,
            "receivers": self.receivers,
            "stays": self.stays,
            "stays_until": self.stays_until.isoformat() if self.stays_until else None,
            "held": self.held,
        }


def scope_of_interview(interview_id: str) -> Scope:
    """All about one interview, its invitation included. Raises ErasureError where there is none."""
    interview = db.session.get(Interview, interview_id)
    if interview is None:
        raise ErasureError(_("There is no interview %(id)s.", id=interview_id))
    return Scope((interview.id,), (interview.invitation_id,) if interview.invitation_id else ())


def scope_of_email(email: str) -> Scope:
    """All about one address: invitations, their interviews, and a candidate's account with its practice.

    Raises ErasureError where nothing is held, and for somebody who hires: their account is deactivated, not erased.
    """
    address = email.strip().lower()
    account = db.session.scalar(sa.select(User).where(User.email == address))
    if account is not None and account.role is not Role.CANDIDATE:
        raise ErasureError(_("This is the account of somebody who hires. Deactivate it: what they decided must stay."))
    accounts = (account.id,) if account else ()
    invitations = tuple(db.session.scalars(sa.select(Invitation.id).where(sa.func.lower(Invitation.email) == address)))
    interviews = tuple(
        db.session.scalars(
            sa.select(Interview.id).where(
                sa.or_(Interview.invitation_id.in_(invitations), Interview.candidate_id.in_(accounts))
            )
        )
    )
    if not (accounts or invitations or interviews):
        raise ErasureError(_("Nothing is held about %(email)s.", email=address))
    return Scope(interviews, invitations, accounts, address)


def plan(scope: Scope, kept: Collection[Kept] = tuple(Kept)) -> Plan:
    """What erasing ``kept`` classes of ``scope`` would remove. Changes nothing."""
    found = Plan(list(scope.interviews), held=[each for each in scope.interviews if is_held(each)])
    stays_until = _records_until(scope)
    going = _going(scope, kept)
    for holding in holdings():
        count = holding.count(scope)
        if not count:
            continue
        if holding.kept not in going:
            if holding.kept in kept:
                found.stays[holding.table.name] = count
            continue
        if holding.counted is Counted.SHARE_LINK:
            found.share_links += count
        elif holding.counted is Counted.RECEIVER:
            found.receivers += count
        found.tables[holding.table.name] = count
        for kind, key in _files_of(holding.files, holding.ids(scope)):
            found.files[kind] = found.files.get(kind, 0) + 1
            found.file_bytes += storage.size(key) or 0
    found.share_links += counted(Counted.SHARE_LINK, scope)
    found.receivers += counted(Counted.RECEIVER, scope)
    found.stays_until = stays_until if found.stays else None
    return found


def has_any(interview: Interview, kept: Kept) -> bool:
    """Whether there is anything of a class to erase."""
    scope = Scope((interview.id,), (interview.invitation_id,) if interview.invitation_id else ())
    return any(holding.count(scope) for holding in holdings([kept]))


def request_erasure(
    scope: Scope, *, by: User | None, ground: str = "request", kept: Collection[Kept] = tuple(Kept)
) -> Erasure:
    """Have ``kept`` classes of ``scope`` erased: at once, or once somebody else agreed where four eyes are wanted.

    Raises ErasureError under a legal hold.
    """
    _check_not_held(scope)
    row = Erasure(
        organisation_id=organisation_of(scope) or (by.organisation_id if by else None),
        ground=ground,
        scope=_written(scope),
        kept_classes=[each.value for each in kept],
        by_id=by.id if by else None,
        due_at=now() + WITHIN,
    )
    db.session.add(row)
    db.session.flush()
    if by is None or not current_app.config["ERASURE_FOUR_EYES"]:
        carry_out(row)
    else:
        record("erasure asked", erasure=row.id, by=by.id)
    return row


def _written(scope: Scope) -> dict[str, Any]:
    """A scope as it is kept for ever: ids, and a mark of the address that only this installation can make."""
    found: dict[str, Any] = {name: list(value) for name, value in asdict(scope).items() if name != "email"}
    return found | ({"address": _mark(scope.email, keys_for(_ADDRESS)[0])} if scope.email else {})


def _scope_of(row: Erasure) -> Scope:
    """The same again; the address is found among those that are still held, and only there."""
    named = {name: tuple(row.scope.get(name, ())) for name in ("interviews", "invitations", "accounts")}
    email, mark = "", row.scope.get("address")
    if mark:
        there = {address for holding in holdings() for address in holding.addressed()}
        keys = keys_for(_ADDRESS)
        email = next((each for each in there if mark in [_mark(each, key) for key in keys]), "")
    return Scope(named["interviews"], named["invitations"], named["accounts"], email)


def _mark(address: str, key: str) -> str:
    return hmac.new(key.encode(), address.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def organisation_of(scope: Scope) -> str | None:
    """Whose data it is; None where it is nobody's or that of several."""
    whose: set[str | None] = set()
    for model, ids in ((Interview, scope.interviews), (Invitation, scope.invitations), (User, scope.accounts)):
        whose |= set(db.session.scalars(sa.select(model.organisation_id).where(model.id.in_(ids)).distinct()))
    whose.discard(None)
    return whose.pop() if len(whose) == 1 else None


def approve(row: Erasure, *, by: User) -> None:
    """Agree to what somebody else asked for, and carry it out. Raises ErasureError for one's own, and under a hold."""
    if row.by_id == by.id:
        raise ErasureError(_("Somebody else must agree: you asked for this yourself."))
    if row.done_at is None:
        row.approved_by_id = by.id
        carry_out(row)


def carry_out(row: Erasure) -> Plan:
    """Erase. A second time erases what has come back since, as after a backup was restored. Raises ErasureError."""
    scope = _scope_of(row)
    _check_not_held(scope)
    kept = [Kept(each) for each in row.kept_classes]
    done = plan(scope, kept)
    going = _going(scope, kept)
    told = _to_tell(scope) if row.ground == "request" and Kept.RECORDS in going else []
    events.send(events.erasing, interview_ids=list(scope.interviews), kept=sorted(going))
    if row.ground == "request":
        _tell_receivers(scope)
    if Kept.READINGS in going:
        for interview in db.session.scalars(sa.select(Interview).where(Interview.id.in_(scope.interviews))):
            gone = [analysis.id for analysis in analyses_of(interview)]
            events.send(events.readings_deleted, interview_id=interview.id, analysis_ids=gone)
    db.session.flush()
    for holding in holdings(going):
        ids = holding.ids(scope)
        if not ids:
            continue
        if holding.before:
            holding.before(ids)
        for kind in holding.files:
            for owner in ids:
                after_commit(partial(storage.delete_of, kind, owner))
        delete = sa.delete(holding.model).where(holding.rows(scope))
        db.session.execute(delete, execution_options={"synchronize_session": False, "erasing": True})
    db.session.expire_all()
    row.done_at, row.counts = row.done_at or now(), done.to_json()
    db.session.flush()
    one = scope.interviews[0] if len(scope.interviews) == 1 else None
    record("erased", interview=one, erasure=row.id, ground=row.ground, by=row.by_id)
    for number, (name, address) in enumerate(told):
        job_id, whose = f"{row.id}:{number}", row.organisation_id
        events.send(events.erasure_finished, address=address, name=name, job_id=job_id, organisation_id=whose)
    if set(kept) == set(Kept):
        interviews = list(scope.interviews)
        after_commit(lambda: _remember(interviews))
    return done


def _to_tell(scope: Scope) -> list[tuple[str, str]]:
    """Names and addresses of those whose data goes, so that they can be told once it has."""
    query = sa.select(Invitation.name, Invitation.email).where(Invitation.id.in_(scope.invitations))
    return sorted({(name, email) for name, email in db.session.execute(query) if email})


def certificate(row: Erasure) -> dict[str, Any]:
    """What was erased, when and on whose word: ids and counts, for whoever asked for it."""
    return {
        "certificate": row.id,
        "ground": row.ground,
        "requested_at": row.requested_at.isoformat(),
        "done_at": row.done_at.isoformat() if row.done_at else None,
        "due_at": row.due_at.isoformat(),
        "classes": row.kept_classes,
        "erased": row.counts,
    }


def newest(erasure_id: str | None = None) -> list[Erasure]:
    """The last hundred, those first that wait for somebody to agree; or the one of that id."""
    query = sa.select(Erasure).order_by(Erasure.done_at.is_not(None), Erasure.requested_at.desc()).limit(100)
    if erasure_id is not None:
        query = query.where(Erasure.id == erasure_id)
    return list(db.session.scalars(query))


def remembered() -> set[str]:
    """Interviews that were erased, as a file beside the database knows it: a backup that is restored does not."""
    path = _file()
    return set(path.read_text("ascii").split()) if path.is_file() else set()


def _remember(interviews: Collection[str]) -> None:
    """Keep ids of whole interviews that were erased in a file beside the database, for when a backup is restored."""
    with _file().open("a", encoding="ascii") as stream:
        stream.writelines(f"{each}\n" for each in interviews)


def _file() -> Path:
    return Path(current_app.config["HOME"]) / "erased"


def _tell_receivers(scope: Scope) -> None:
    """Have other programs hear that what they were told about is gone."""
    begun = sa.select(Interview.invitation_id, Interview.id).where(Interview.invitation_id.in_(scope.invitations))
    interviews = {row[0]: row[1] for row in db.session.execute(begun)}
    for invitation_id in scope.invitations:
        interview_id = interviews.get(invitation_id)
        events.send(events.interview_erased, invitation_id=invitation_id, interview_id=interview_id)


def _check_not_held(scope: Scope) -> None:
    if any(is_held(each) for each in scope.interviews):
        raise ErasureError(_("A legal hold keeps this. End the hold first, if you may."))


def _records_until(scope: Scope) -> datetime | None:
    """Until when the law wants records of ``scope`` kept; None where it does not, or no longer."""
    found = db.session.scalars(sa.select(Interview).where(Interview.id.in_(scope.interviews)))
    days = [clock(interview, Kept.RECORDS).not_before for interview in found]
    later = [day for day in days if day is not None and day > now()]
    return max(later) if later else None


def _going(scope: Scope, kept: Collection[Kept]) -> set[Kept]:
    """The classes that really go: records stay while the law wants them kept."""
    return {each for each in kept if each is not Kept.RECORDS or _records_until(scope) is None}


def _files_of(kinds: Collection[str], owners: Collection[str]) -> list[tuple[str, str]]:
    return [(kind, key) for kind in kinds for owner in owners for key in storage.keys_of(kind, owner)]
