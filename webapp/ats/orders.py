"""Connections, offers and orders: made, found, cancelled, and how far they are. Nothing here commits."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.ats import ashby, generic, greenhouse
from webapp.ats.forms_of import BadOrder, Call, NewOrder, News, Status
from webapp.ats.models import Complaint, Connection, Offer, Order, System
from webapp.core import outgoing, sealing
from webapp.core.database import db, now
from webapp.core.hosts import base_url, link_to, linking_to
from webapp.core.security_log import record
from webapp.interviews import operations
from webapp.interviews.models import InterviewState, Invitation
from webapp.interviews.operations import InvitationError
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.messages import outbox
from webapp.messages.models import Channel, Message
from webapp.positions.models import Position
from webapp.questions.models import QuestionSet

ADAPTERS: dict[System, Any] = {System.GREENHOUSE: greenhouse, System.ASHBY: ashby, System.WEBHOOK: generic}
_PURPOSE = "ats"
#: Sentences of a complaint that are kept, and characters of each.
_SENTENCES, _CHARACTERS = 10, 300


class SettingError(ValueError):
    """A connection cannot be like this; the message is for a person."""


def connect(system: System, *, by: User) -> tuple[Connection, str]:
    """Switch a system on, or give it a new key; the key, which is shown once."""
    key = "viva_ats_" + secrets.token_urlsafe(32)
    row = connection_of(system, by)
    if row is None:
        row = Connection(
            organisation_id=by.organisation_id, system=system, created_by_id=by.id, address=ADAPTERS[system].ADDRESS
        )
        db.session.add(row)
    row.key_hash, row.key_sealed, row.active = _hash(key), sealing.seal(key, _PURPOSE), True
    db.session.flush()
    record("ats connected", connection=row.id, system=system.value, by=by.id)
    return row, key


def connection_of(system: System, user: User) -> Connection | None:
    """The connection of somebody's organisation to a system."""
    query = sa.select(Connection).where(Connection.system == system, Connection.organisation_id == user.organisation_id)
    return db.session.scalar(query)


def change(row: Connection, *, their_key: str, address: str, active: bool, by: User) -> None:
    """Say by which key and where the system is called; an empty key stays as it was. Raises SettingError."""
    if address:
        try:
            scheme, _host, _port, _path = outgoing.check(address)
        except outgoing.Forbidden:
            raise SettingError(_("Enter an address that begins with https://.")) from None
        if scheme != "https":
            raise SettingError(_("Enter an address that begins with https://."))
    elif row.system is not System.WEBHOOK:
        address = ADAPTERS[row.system].ADDRESS
    row.address, row.active = address, active
    if their_key:
        row.their_key_sealed = sealing.seal(their_key, _PURPOSE)
    db.session.flush()
    record("ats changed", connection=row.id, by=by.id)


def connection_by_key(system: System, key: str) -> Connection | None:
    """The connection that a key opens, if it is switched on; noted as seen."""
    query = sa.select(Connection).where(Connection.key_hash == _hash(key), Connection.system == system)
    row = db.session.scalar(query.where(Connection.active))
    if row is not None:
        row.seen_at = now()
    return row


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def offer(*, title: str, position: Position, question_set: QuestionSet, days: int, by: User) -> Offer:
    """Let systems order interviews for a position."""
    row = Offer(
        organisation_id=position.organisation_id, title=title, position=position, question_set=question_set, days=days
    )
    db.session.add(row)
    db.session.flush()
    record("ats offer added", offer=row.id, position=position.id, by=by.id)
    return row


def withdraw(row: Offer, *, by: User) -> None:
    """Let nobody order this any more; what was ordered goes on."""
    record("ats offer removed", offer=row.id, by=by.id)
    db.session.delete(row)
    db.session.flush()


def offers(organisation_id: str) -> list[Offer]:
    """What systems of an organisation may order."""
    query = sa.select(Offer).join(Position).where(Offer.organisation_id == organisation_id)
    return list(db.session.scalars(query.where(Position.archived_at.is_(None)).order_by(Offer.title, Offer.id)))


def place(connection: Connection, wanted: NewOrder) -> Order:
    """Invite the candidate of an order. The same order twice is one. Raises BadOrder."""
    found = db.session.get(Offer, wanted.offer_id)
    if found is None or found.organisation_id != connection.organisation_id:
        raise BadOrder("there is no such test")
    if wanted.callback and not is_theirs(connection, wanted.callback):
        raise BadOrder("the address to call back is not on the host that was agreed on")
    mark = _hash(f"{found.id}\x1f{wanted.their_id or wanted.email.casefold()}")
    there = sa.select(Order).where(Order.connection_id == connection.id, Order.mark == mark)
    row = db.session.scalar(there)
    if row is not None and row.cancelled_at is None:
        return row
    if row is not None:
        row.mark = _hash(f"{mark}\x1f{row.id}")  # it was cancelled: this is a new one
        db.session.flush()
    try:
        invitation = operations.create_invitation(
            position=found.position, question_set=found.question_set, name=clean_name(wanted.name),
            email=clean_email(wanted.email), deadline=now() + timedelta(days=found.days), by=connection.created_by,
        )  # fmt: skip
    except (FieldError, InvitationError) as refused:
        raise BadOrder(str(refused)) from None
    row = Order(
        connection=connection, offer_id=found.id, invitation=invitation, mark=mark, their_id=wanted.their_id,
        callback=wanted.callback, base=base_url()[:300],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("ats order placed", order=row.id, connection=connection.id, invitation=invitation.id)
    return row


def is_theirs(connection: Connection, url: str) -> bool:
    """Whether ``url`` may be called for this connection: the agreed host or one below it, by the same scheme."""
    agreed, asked = urlsplit(connection.address), urlsplit(url)
    host, other = agreed.hostname or "", asked.hostname or ""
    same = other == host or (connection.system is System.GREENHOUSE and other.endswith(f".{host}"))
    return bool(host) and same and asked.scheme == agreed.scheme and not asked.username and not asked.password


def order_of(connection: Connection, order_id: str) -> Order:
    """An order of this connection. Raises BadOrder."""
    row = db.session.get(Order, order_id)
    if row is None or row.connection_id != connection.id:
        raise BadOrder("there is no such order")
    return row


def cancel(row: Order) -> None:
    """Close the link of an order; one that is submitted stays as it is. A second time changes nothing."""
    if row.cancelled_at is not None:
        return
    row.cancelled_at = now()  # first: whoever cancels is not told of it again
    try:
        operations.revoke(row.invitation)
    except InvitationError as refused:
        raise BadOrder(str(refused)) from None
    db.session.flush()
    record("ats order cancelled", order=row.id, connection=row.connection_id)


def status_of(row: Order) -> Status:
    """How far an order is."""
    invitation = row.invitation
    interview = invitation.interview
    if interview is not None and interview.state is InterviewState.SUBMITTED:
        return Status.SUBMITTED
    if row.cancelled_at is not None or invitation.is_closed:
        return Status.CANCELLED
    if invitation.deadline <= now():
        return Status.EXPIRED
    return Status.STARTED if interview is not None else Status.INVITED


def news_of(row: Order, status: Status | None = None, at: datetime | None = None) -> News:
    """What became of an order; with a status, as it was when that was so."""
    connection = row.connection
    with linking_to(row.base):
        url = link_to("interviews.invitation", invitation_id=row.invitation_id)
    theirs = connection.their_key_sealed
    return News(
        order_id=row.id, their_id=row.their_id, status=status or status_of(row), at=at or now(), result_url=url,
        address=connection.address, callback=row.callback, our_key=sealing.unseal(connection.key_sealed, _PURPOSE),
        their_key=sealing.unseal(theirs, _PURPOSE) if theirs else "",
    )  # fmt: skip


def call_for(row: Order, status: Status, at: datetime) -> Call | None:
    """The request that tells an ATS what became of an order; None where it is not told that."""
    call: Call | None = ADAPTERS[row.connection.system].update(news_of(row, status, at))
    return call


def tell(invitation_id: str, status: Status) -> None:
    """Have whoever ordered this hear what became of it: once for each status."""
    for row in db.session.scalars(sa.select(Order).where(Order.invitation_id == invitation_id)).all():
        if row.cancelled_at is not None or not row.connection.active or call_for(row, status, now()) is None:
            continue
        outbox.put(
            kind=f"ats.{status.value}", channel=Channel.ATS, cause=f"ats:{row.id}:{status.value}", recipient=row.id,
            name=row.connection.system.value, invitation=db.session.get(Invitation, invitation_id),
            facts={"status": status.value, "at": now().isoformat()},
        )  # fmt: skip


def complain(connection: Connection, call: str, errors: list[str]) -> Complaint:
    """Keep what an ATS says of an answer of ours."""
    kept = [each[:_CHARACTERS] for each in errors[:_SENTENCES]]
    row = Complaint(connection_id=connection.id, call=call[:60], errors=kept)
    db.session.add(row)
    db.session.flush()
    return row


def failures(connection: Connection) -> list[Message]:
    """What could not be told lately, the newest first."""
    query = sa.select(Message).join(Order, Order.id == Message.recipient).where(Message.channel == Channel.ATS)
    query = query.where(Order.connection_id == connection.id, Message.reason_code.is_not(None))
    return list(db.session.scalars(query.order_by(Message.created_at.desc()).limit(10)))


def complaints(connection: Connection) -> list[Complaint]:
    """What was complained of lately, the newest first."""
    query = sa.select(Complaint).where(Complaint.connection_id == connection.id)
    return list(db.session.scalars(query.order_by(Complaint.created_at.desc()).limit(10)))
