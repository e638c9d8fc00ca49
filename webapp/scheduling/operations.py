"""What can be done with slots and appointments. Nothing here commits; whoever is refused something rolls back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from webapp.accounts.models import User
from webapp.core import events
from webapp.core.calendars import Entry
from webapp.core.database import db, new_id, now
from webapp.core.security_log import record
from webapp.interviews.access import may_manage
from webapp.interviews.models import Invitation
from webapp.live import operations as live
from webapp.positions.models import Position
from webapp.scheduling.models import Appointment, Slot

#: How far ahead times can be offered (a room is open for 31 days at most), and how long before it one can be chosen.
AHEAD, NOTICE = timedelta(days=30), timedelta(hours=1)
#: Slots that one form may make, and their lengths in minutes.
MOST, SHORTEST, LONGEST = 60, 10, 240
#: A room is open for a while after the conversation should be over.
AFTER = timedelta(hours=1)


class SchedulingError(ValueError):
    """This cannot be done with these times; the message is for a person."""


class SlotTakenError(SchedulingError):
    """Somebody else was faster."""


def offer(host: User, position: Position, starts: Sequence[datetime], minutes: int) -> list[Slot]:
    """Offer times of ``minutes`` each. Raises SchedulingError where one is over, too far, or overlaps another."""
    if not SHORTEST <= minutes <= LONGEST:
        raise SchedulingError(_("Choose a length between 10 minutes and 4 hours."))
    if not starts:
        raise SchedulingError(_("No conversation of this length fits between these times."))
    if len(starts) > MOST:
        raise SchedulingError(_("These are more than %(number)s times. Offer fewer at once.", number=MOST))
    moment, length = now(), timedelta(minutes=minutes)
    if min(starts) < moment:
        raise SchedulingError(_("This time is in the past."))
    if max(starts) > moment + AHEAD:
        raise SchedulingError(_("Times can be offered up to 30 days ahead."))
    # Two forms of one host go one after the other: by a row lock here; on SQLite by its one writer.
    db.session.execute(sa.select(User.id).where(User.id == host.id).with_for_update())
    common = {"host_id": host.id, "position_id": position.id, "organisation_id": position.organisation_id}
    slots = [Slot(**common, starts_at=each, ends_at=each + length) for each in starts]
    db.session.add_all(slots)
    db.session.flush()
    for slot in slots:
        other = sa.select(Slot.id).where(
            Slot.host_id == host.id, Slot.withdrawn_at.is_(None), Slot.id != slot.id, Slot.starts_at < slot.ends_at,
            Slot.ends_at > slot.starts_at,
        )  # fmt: skip
        if db.session.scalar(other.limit(1)):
            raise SchedulingError(_("You offer another time that overlaps with one of these. Nothing was added."))
    return slots


def withdraw(slot: Slot) -> None:
    """Offer a time no longer. Raises SchedulingError where somebody has chosen it: cancel that first."""
    if slot.appointment is not None:
        raise SchedulingError(_("A candidate has chosen this time. Cancel the conversation first."))
    slot.withdrawn_at = slot.withdrawn_at or now()
    db.session.flush()


def open_slots(invitation: Invitation) -> list[Slot]:
    """The times that a candidate can choose from."""
    taken = sa.exists().where(Appointment.slot_id == Slot.id)
    moment = now()
    query = (
        sa.select(Slot)
        .join(Slot.host)
        .where(
            Slot.position_id == invitation.position_id,
            Slot.withdrawn_at.is_(None),
            Slot.starts_at > moment + NOTICE,
            User.active,
            sa.not_(taken),
        )
    )
    return list(db.session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def appointment_of(invitation: Invitation) -> Appointment | None:
    """The live interview of a candidate, cancelled ones included."""
    return db.session.scalar(sa.select(Appointment).where(Appointment.invitation_id == invitation.id))


def ask_to_choose(invitation: Invitation, *, by: User) -> None:
    """Ask a candidate to choose a time. Raises SchedulingError where there is none to choose."""
    if invitation.is_closed:
        raise SchedulingError(_("The invitation is closed."))
    if not open_slots(invitation):
        raise SchedulingError(_("No times are offered for this position. Offer some first."))
    record("times offered", invitation=invitation.id, by=by.id)
    events.send(events.times_offered, invitation_id=invitation.id, request_id=new_id())


def book(invitation: Invitation, slot_id: str) -> Appointment:
    """Choose a time, or another one. Raises SlotTakenError where somebody else has it; nothing has changed then.

    That a slot has one candidate, and a candidate one slot, is held by the database, however many ask at once.
    """
    if invitation.is_closed:
        raise SchedulingError(_("The invitation is closed."))
    appointment = appointment_of(invitation)
    if appointment is not None and appointment.slot_id == slot_id:
        return appointment
    slot = next((each for each in open_slots(invitation) if each.id == slot_id), None)
    if slot is None:
        raise SlotTakenError(_("This time has just been taken, or is no longer offered. Choose another."))
    what = "booked"
    try:
        with db.session.begin_nested():
            if appointment is None:
                appointment = Appointment(invitation=invitation, slot_id=slot.id, host_id=slot.host_id,
                                          organisation_id=invitation.organisation_id,
                                          starts_at=slot.starts_at, ends_at=slot.ends_at)  # fmt: skip
                db.session.add(appointment)
            else:
                what = "booked" if appointment.cancelled_at else "moved"
                appointment.slot_id, appointment.host_id = slot.id, slot.host_id
                appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
                appointment.cancelled_at, appointment.changed_at = None, now()
                appointment.sequence += 1
    except sa.exc.IntegrityError:
        raise SlotTakenError(_("This time has just been taken. Choose another.")) from None
    db.session.refresh(appointment)
    _open_room(appointment)
    events.send(events.appointment_changed, appointment_id=appointment.id, what=what)
    return appointment


def _open_room(appointment: Appointment) -> None:
    """A room of the host for this time; one of before, whose link is with somebody, closes."""
    if appointment.room is not None:
        live.close(appointment.room)
    invitation = appointment.invitation
    appointment.room = live.make_room(
        title=_("Conversation with %(candidate_name)s", candidate_name=invitation.name), owner=appointment.host,
        until=min(appointment.ends_at + AFTER, now() + live.LONGEST), position=invitation.position,
        candidate_name=invitation.name,
    )  # fmt: skip
    db.session.flush()


def cancel(appointment: Appointment) -> bool:
    """Cancel a live interview; its slot is free again. Whether this call did it."""
    if appointment.cancelled_at is not None:
        return False
    appointment.cancelled_at = appointment.changed_at = now()
    appointment.slot_id = None
    appointment.sequence += 1
    if appointment.room is not None:
        live.close(appointment.room)
    db.session.flush()
    events.send(events.appointment_changed, appointment_id=appointment.id, what="cancelled")
    return True


def entry_of(appointment: Appointment, url: str) -> Entry:
    """A live interview as calendars take it, with the link of whoever's calendar it is."""
    invitation, host = appointment.invitation, appointment.host
    attendees = ((invitation.name, invitation.email),) if invitation.email else ()
    title = _("Conversation: %(position)s, %(name)s", position=invitation.position.title, name=invitation.name)
    return Entry(
        uid=f"live-{appointment.id}", sequence=appointment.sequence, title=title, starts_at=appointment.starts_at,
        ends_at=appointment.ends_at, made_at=appointment.changed_at, url=url, organiser=(host.name, host.email),
        attendees=attendees, cancelled=appointment.cancelled_at is not None,
        alarms=(timedelta(days=1), timedelta(minutes=30)),
    )  # fmt: skip


def slots_of(host: User) -> list[Slot]:
    """What a host offers and has agreed, from now on."""
    query = sa.select(Slot).where(Slot.host_id == host.id, Slot.withdrawn_at.is_(None), Slot.ends_at > now())
    return list(db.session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def may_cancel(user: User, appointment: Appointment) -> bool:
    """Whether somebody of the hiring side may cancel: the host, and those who may invite for the position."""
    return user.id == appointment.host_id or may_manage(user, appointment.invitation)
