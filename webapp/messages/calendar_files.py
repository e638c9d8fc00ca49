"""The calendar files that go with messages: deadlines, and live interviews with reminders of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.candidate.status import status_token
from webapp.core import events
from webapp.core.calendars import NAME, Entry, file_of
from webapp.core.database import db, now
from webapp.core.hosts import link_to
from webapp.interviews.models import Invitation
from webapp.interviews.operations import invitation_url
from webapp.live.operations import url_of
from webapp.messages import clock, outbox, relevance, variables, writing
from webapp.messages.attachments import File, attached_by
from webapp.messages.models import Message
from webapp.scheduling.models import Appointment
from webapp.scheduling.operations import entry_of

#: When a live interview is reminded of, before it begins.
REMINDERS = {"1d": timedelta(days=1), "1h": timedelta(hours=1)}
_LIVE = ("live_booked", "live_reminder", "live_cancelled", "host_booked", "host_cancelled")


def init_app() -> None:
    """Say what goes with which message, and what is no longer true."""
    for kind in ("invitation", "deadline_moved", "revoked"):
        attached_by(kind, _deadline)
    for kind in ("live_booked", "live_cancelled", "host_booked", "host_cancelled"):
        attached_by(kind, _live)
    for kind in _LIVE:
        relevance.checked_by(kind, _same_time)
    for kind in ("live_booked", "live_reminder"):
        variables.link_made_by(kind, _candidate_link)
    variables.link_made_by("choose_time", _choose_link)
    variables.link_made_by("host_booked", _host_link)
    clock.also(reminders)


def _file(entry: Entry) -> File:
    return File(NAME, "text/calendar", file_of(entry), {"method": entry.method, "charset": "utf-8"})


def _deadline(message: Message) -> list[File]:
    """The deadline as an entry that the next message moves, and the last one takes out."""
    invitation = message.invitation
    if invitation is None:
        return []
    moved = sa.select(sa.func.count()).where(
        Message.invitation_id == invitation.id, Message.kind.in_(["deadline_moved", "revoked"]),
        Message.created_at <= message.created_at,
    )  # fmt: skip
    title = _("Deadline: interview for %(position)s", position=invitation.position.title)
    entry = Entry(
        uid=f"deadline-{invitation.id}", sequence=db.session.scalar(moved) or 0, title=title,
        starts_at=invitation.deadline - timedelta(minutes=15), ends_at=invitation.deadline,
        made_at=message.created_at, text=_("Answer before this ends."), cancelled=message.kind == "revoked",
        url="" if message.kind == "revoked" else invitation_url(invitation), alarms=(timedelta(days=1),),
    )  # fmt: skip
    return [_file(entry)]


def _appointment(message: Message) -> Appointment | None:
    return db.session.get(Appointment, str(message.facts.get("appointment_id", "")))


def _live(message: Message) -> list[File]:
    found = _appointment(message)
    if found is None:
        return []
    url = _host_link(message) if message.kind.startswith("host_") else _candidate_link(message)
    return [_file(entry_of(found, url))]


def _candidate_link(message: Message) -> str:
    found = _appointment(message)
    return url_of(found.room, candidate=True) if found is not None and found.room is not None else ""


def _host_link(message: Message) -> str:
    found = _appointment(message)
    return link_to("live.manage", room_id=found.room_id) if found is not None and found.room_id else ""


def _choose_link(message: Message) -> str:
    row = message.invitation
    return link_to("scheduling.choose", token=status_token(row)) if row is not None else ""


def _same_time(message: Message) -> relevance.Why | None:
    """A time that was moved or cancelled meanwhile is said by another message."""
    found = _appointment(message)
    return None if found is not None and found.sequence == message.facts.get("sequence") else relevance.USED


def _facts(appointment: Appointment) -> dict[str, object]:
    return {
        "appointment_id": appointment.id, "sequence": appointment.sequence, "host": appointment.host.name,
        "starts": appointment.starts_at.isoformat(), "length": str(appointment.minutes),
    }  # fmt: skip


@events.times_offered.connect
def ask(_app: object, *, invitation_id: str, request_id: str) -> None:
    """Ask a candidate to choose a time."""
    writing.to_candidate(db.session.get_one(Invitation, invitation_id), "choose_time", f"choose:{request_id}")


@events.appointment_changed.connect
def tell(_app: object, *, appointment_id: str, what: str) -> None:
    """Tell both sides of a time that was agreed, moved or cancelled."""
    found = db.session.get_one(Appointment, appointment_id)
    row, facts = found.invitation, _facts(found)
    which = "cancelled" if what == "cancelled" else "booked"
    cause = f"live:{found.id}:{found.sequence}"
    writing.to_candidate(row, f"live_{which}", cause, facts=facts)
    writing.to_person(found.host, f"host_{which}", f"{cause}:host", invitation=row, facts=facts)


def reminders(moment: datetime) -> None:
    """A day and an hour before a live interview, to the candidate."""
    for which, before in REMINDERS.items():
        later = max((each for each in REMINDERS.values() if each < before), default=timedelta(0))
        query = sa.select(Appointment).where(
            Appointment.cancelled_at.is_(None),
            Appointment.starts_at > moment + later,
            Appointment.starts_at <= moment + before,
        )
        for found in db.session.scalars(query).all():
            if found.changed_at > found.starts_at - before:
                continue  # agreed just now: the message about that is reminder enough
            cause = f"live-reminder:{found.id}:{found.sequence}:{which}"
            if not outbox.has_message(cause):
                writing.to_candidate(
                    found.invitation,
                    "live_reminder",
                    cause,
                    facts=_facts(found),
                    expires_at=max(found.starts_at, now()),
                )
