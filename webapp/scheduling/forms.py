"""Forms of this feature."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from webapp.accounts.forms import ListField
from webapp.core.database import db, now
from webapp.core.zones import reader_zone
from webapp.interviews.forms import zones
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.scheduling.operations import LONGEST, MOST, SHORTEST


class OfferForm(FlaskForm):
    """Times on one day, one after the other."""

    position = ListField(_l("Position"), [InputRequired(_l("Choose a position."))])
    date = DateField(_l("Day"), [InputRequired(_l("Enter a day."))])
    begins = TimeField(_l("From"), [InputRequired(_l("Enter the time of day."))], default=time(9, 0))
    ends = TimeField(_l("To"), [InputRequired(_l("Enter the time of day."))], default=time(12, 0))
    zone = ListField(_l("Time zone"), default="UTC")
    minutes = IntegerField(
        _l("Length of each (minutes)"),
        [
            InputRequired(_l("Enter a number of minutes.")),
            NumberRange(SHORTEST, LONGEST, _l("Choose a length between 10 minutes and 4 hours.")),
        ],
        default=45,
    )
    pause = IntegerField(
        _l("Pause between them (minutes)"),
        [InputRequired(_l("Enter a number of minutes.")), NumberRange(0, 240, _l("Choose 0 to 240 minutes."))],
        default=15,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        here = reader_zone()
        kwargs.setdefault("zone", here.key if here.key in zones() else "UTC")
        kwargs.setdefault("date", (now() + timedelta(days=1)).astimezone(ZoneInfo(kwargs["zone"])).date())
        super().__init__(*args, **kwargs)
        query = positions_of(current_user).where(Position.archived_at.is_(None))
        self.positions = list(db.session.scalars(query.order_by(sa.func.lower(Position.title), Position.id)))
        self.position.choices = [SelectChoice(each.id, f"{each.title}, {each.city}") for each in self.positions]
        self.zone.choices = [SelectChoice(name) for name in zones()]

    @property
    def chosen_position(self) -> Position:
        """The position, once the form is valid."""
        return next(each for each in self.positions if each.id == self.position.data)

    @property
    def starts(self) -> list[datetime]:
        """When each begins, in UTC; counted on the clock of the wall, so that an hour that a zone skips is skipped."""
        zone = ZoneInfo(self.zone.data)
        length, pause = timedelta(minutes=self.minutes.data or 0), timedelta(minutes=self.pause.data or 0)
        at = datetime.combine(self.date.data, self.begins.data, zone).astimezone(UTC)
        end = datetime.combine(self.date.data, self.ends.data, zone).astimezone(UTC)
        found = []
        while at + length <= end and len(found) <= MOST:
            found.append(at)
            at += length + pause
        return found
