"""The reader's time zone, and moments in it.

A script keeps the browser's zone in a cookie (``webapp/static/js/localtime.js``) and puts right what was written before
it was known. Signing in stores it with the person, for texts that no browser asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_timezone_name
from flask import Flask, has_request_context, request
from flask_babel import format_date, format_time, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup, escape

#: As in localtime.js.
COOKIE = "viva_zone"
_UTC = ZoneInfo("UTC")
#: The zone of whoever will read what is being written; None: of whoever asks.
_written_for: ContextVar[ZoneInfo | None] = ContextVar("viva_written_for", default=None)


def init_app(app: Flask) -> None:
    """Give templates the filters ``moment``, ``moment_both`` and ``day``."""
    app.jinja_env.filters.update(moment=moment, moment_both=moment_both, day=day)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name; None where there is none."""
    if not name or len(name) > 64 or not name.isascii():
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def browser_zone() -> ZoneInfo | None:
    """The zone that the browser of this request says it is in; None where it says none."""
    return zone_named(unquote(request.cookies.get(COOKIE, ""))) if has_request_context() else None


def reader_zone() -> ZoneInfo:
    """The browser's zone, else the one last known of the person who is signed in, else UTC."""
    if (written_for := _written_for.get()) is not None:
        return written_for
    known = browser_zone()
    if known is None and has_request_context() and current_user.is_authenticated:
        known = zone_named(current_user.time_zone)
    return known or _UTC


@contextmanager
def writing_for(zone: str) -> Iterator[None]:
    """Have moments be in the zone of that name (UTC where there is none), whoever asks: for what is read later."""
    token = _written_for.set(zone_named(zone) or _UTC)
    try:
        yield
    finally:
        _written_for.reset(token)


def moment_with_zone(value: datetime) -> str:
    """A moment in the reader's zone with the day of the week and the zone's name, for texts that travel."""
    here = value.astimezone(reader_zone())
    day, time = format_date(here.date(), "full", rebase=False), _time(here)
    zone = get_timezone_name(here, width="long", locale=get_locale())
    return str(_("%(date)s, %(time)s (%(zone)s)", date=day, time=time, zone=zone))


def moment_text(value: datetime | None, *, both: bool = False) -> str:
    """A moment for people, in their own zone; in UTC, saying so, where no other is known.

    :param both: whether UTC follows in brackets.
    """
    if value is None:
        return ""
    zone = reader_zone()
    utc = value.astimezone(UTC)
    here = value.astimezone(zone)
    whole = _("%(date)s, %(time)s UTC", date=_date(utc), time=_time(utc))
    if zone.key in ("UTC", "Etc/UTC"):
        return str(whole)
    own = _("%(date)s, %(time)s", date=_date(here), time=_time(here))
    if not both:
        return str(own)
    there = _("%(time)s UTC", time=_time(utc)) if here.date() == utc.date() else whole
    return f"{own} ({there})"


def moment(value: datetime | None) -> Markup:
    """``moment_text`` as an element that the page puts into the reader's zone."""
    return _element(value, both=False)


def moment_both(value: datetime | None) -> Markup:
    """The same with UTC in brackets: for deadlines that somebody far away may have told."""
    return _element(value, both=True)


def _element(value: datetime | None, *, both: bool) -> Markup:
    if value is None:
        return Markup()
    return Markup('<time datetime="{}" data-local="{}">{}</time>').format(
        value.astimezone(UTC).isoformat(), "both" if both else "own", escape(moment_text(value, both=both))
    )


def day(value: date) -> str:
    """A day of the calendar, in no zone, for people."""
    return str(format_date(value, "long", rebase=False))


def _date(value: datetime) -> str:
    return str(format_date(value.date(), "long", rebase=False))


def _time(value: datetime) -> str:
    return str(format_time(value.time(), "short", rebase=False))


def day_said(text: str | None) -> date | None:
    """The day that an address says (ISO 8601); None for what is none, and for days so near an end of the calendar that
    their moments or the next day may lie beyond it."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if date.min.year < found.year < date.max.year else None
