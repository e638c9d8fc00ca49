"""Calendar files (RFC 5545): an event is updated by its UID and a SEQUENCE that grows, and taken back by CANCEL.

Moments are in UTC, which every calendar shows in its owner's zone, whatever rules that zone has by then. Texts are in
the language that is spoken while the file is made, and say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from webapp.core import mail
from webapp.core.translation import language_tag

#: What a calendar file is called, and its media type.
NAME, MEDIA_TYPE = "viva.ics", "text/calendar"
PRODUCT = "-//Viva//Job interviews//EN"


@dataclass(frozen=True)
class Entry:
    """One event. With an organiser and attendees it is an invitation (REQUEST), without them a note (PUBLISH)."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    #: When this version was made.
    made_at: datetime
    text: str = ""
    url: str = ""
    organiser: tuple[str, str] | None = None
    attendees: tuple[tuple[str, str], ...] = ()
    cancelled: bool = False
    #: How long before it the calendar reminds.
    alarms: tuple[timedelta, ...] = ()

    @property
    def method(self) -> str:
        """What the receiver is to do with it."""
        if self.cancelled:
            return "CANCEL"
        return "REQUEST" if self.organiser and self.attendees else "PUBLISH"


def file_of(entry: Entry) -> bytes:
    """The calendar file of one event."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", entry.method)
    event = Event()
    event.add("uid", f"{entry.uid}@{mail.domain()}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.made_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    spoken = {"language": language_tag()}
    event.add("summary", entry.title, spoken)
    if entry.text:
        event.add("description", entry.text, spoken)
    if entry.url:
        event.add("url", entry.url)
        event.add("location", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.organiser:
        event["organizer"] = _person(*entry.organiser)
    for name, address in entry.attendees:
        person = _person(name, address)
        person.params["role"], person.params["partstat"] = vText("REQ-PARTICIPANT"), vText("ACCEPTED")
        event.add("attendee", person, encode=False)
    for before in () if entry.cancelled else entry.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title, spoken)
        alarm.add("trigger", -before)
        event.add_component(alarm)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = vText(name)
    return person
