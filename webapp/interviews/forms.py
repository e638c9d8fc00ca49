"""Forms of this feature."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, EmailField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from webapp.accounts.forms import ListField, strip
from webapp.core.database import db, now
from webapp.core.translation import language as page_language
from webapp.core.zones import reader_zone
from webapp.interviews.batch_models import InvitationBatch
from webapp.interviews.people_files import Sheet
from webapp.interviews.person_fields import FieldError, clean_email, clean_name
from webapp.organisations.access import Right
from webapp.organisations.forms import language_choices
from webapp.organisations.profile import language_of
from webapp.policy.codes import name_of
from webapp.positions.models import Position
from webapp.positions.operations import positions_of
from webapp.questions.models import QuestionSet, SetState
from webapp.questions.operations import visible_to


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of time zones that people use: UTC, then one per region and city."""
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Brazil/", "Canada/", "Chile/", "Mexico/")
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(old)))


class DeadlineForm(FlaskForm):
    """A moment: a date and a time in a named zone. A script chooses the browser's own zone (js/pages/invite.js)."""

    date = DateField(_l("Last day"), [InputRequired(_l("Enter the last day."))])
    time = TimeField(_l("Until"), [InputRequired(_l("Enter the time of day."))])
    zone = ListField(_l("Time zone"), default="UTC")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        here = reader_zone()
        kwargs.setdefault("zone", here.key if here.key in zones() else "UTC")
        kwargs.setdefault("date", (now() + timedelta(days=7)).astimezone(zoneinfo.ZoneInfo(kwargs["zone"])).date())
        kwargs.setdefault("time", time(23, 59))
        super().__init__(*args, **kwargs)
        self.zone.choices = [SelectChoice(name) for name in zones()]

    @property
    def deadline(self) -> datetime:
        """The moment in UTC, once the form is valid."""
        local = datetime.combine(self.date.data, self.time.data, zoneinfo.ZoneInfo(self.zone.data))
        try:
            return local.astimezone(UTC)
        except OverflowError:  # the ends of the calendar; operations refuses both
            return local


class _InvitationForm(DeadlineForm):
    """What every invitation needs, with the choices that the person who is signed in has."""

    position = ListField(_l("Position"), [InputRequired(_l("Choose a position."))])
    question_set = ListField(_l("Question set"), [InputRequired(_l("Choose a question set."))])
    language = ListField(_l("Language of their messages"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("language", language_of(current_user.organisation_id) or page_language())
        super().__init__(*args, **kwargs)
        self.language.choices = language_choices()
        positions = (
            positions_of(current_user, Right.MANAGE)
            .where(Position.archived_at.is_(None))
            .order_by(sa.func.lower(Position.title), Position.id)
        )
        self.positions = list(db.session.scalars(positions))
        sets = visible_to(current_user).where(QuestionSet.state == SetState.PUBLISHED)
        self.sets = list(
            db.session.scalars(sets.order_by(sa.func.lower(QuestionSet.title), QuestionSet.version.desc()))
        )
        self.position.choices = [
            SelectChoice(position.id, f"{position.title} – {position.city}, {name_of(position.place)}")
            for position in self.positions
        ]
        self.question_set.choices = [
            SelectChoice(each.id, f"{each.title}, version {each.version}") for each in self.sets
        ]

    @property
    def places(self) -> list[str]:
        """The places of the positions to choose from."""
        return sorted({position.place for position in self.positions}, key=name_of)

    @property
    def chosen(self) -> dict[str, Any]:
        """The position, the set and the deadline, once the form is valid."""
        return {
            "position": next(position for position in self.positions if position.id == self.position.data),
            "question_set": next(each for each in self.sets if each.id == self.question_set.data),
            "deadline": self.deadline,
            "time_zone": self.zone.data,
            "language": self.language.data,
        }


def _checked(rule: Callable[[str], str], data: str) -> str:
    try:
        return rule(data)
    except FieldError as failure:
        raise ValidationError(str(failure)) from None


class InvitationForm(_InvitationForm):
    name = StringField(_l("Name"), [DataRequired(_l("Enter their name."))], filters=[strip])
    email = EmailField(_l("Email (optional)"), [Optional(), Length(max=254)], filters=[strip])

    resume = FileField(_l("Résumé (optional)"))

    def validate_name(self, field: StringField) -> None:
        """The rule of a list of people."""
        field.data = _checked(clean_name, field.data)

    def validate_email(self, field: EmailField) -> None:
        """The rule of a list of people; a name around the address is not asked for here."""
        field.data = _checked(clean_email, field.data)


class UploadForm(_InvitationForm):
    file = FileField(_l("List of people"), [FileRequired(_l("Choose a file."))])


#: In place of a second column with names.
NO_COLUMN = -1


class ColumnsForm(FlaskForm):
    """Which columns of a list hold what."""

    name = SelectField(_l("Name, or first name"), coerce=int)
    family_name = SelectField(_l("Family name, if separate"), coerce=int)
    email = SelectField(_l("Email address"), coerce=int)
    has_header = BooleanField(_l("The first row is a heading"))

    @classmethod
    def of(cls, batch: InvitationBatch, sheet: Sheet) -> Self:
        """The form for one list, as it is mapped now."""
        names = [*batch.names, NO_COLUMN, NO_COLUMN]
        form = cls(name=names[0], family_name=names[1], email=batch.email, has_header=batch.has_header)
        heading = [*(sheet.rows[0][1] if batch.has_header else []), *[""] * sheet.width]
        columns = [(each, heading[each] or _("Column %(letter)s", letter=_letter(each))) for each in range(sheet.width)]
        form.email.choices = columns
        form.name.choices = [(NO_COLUMN, _("None: it is beside the address")), *columns]
        form.family_name.choices = [(NO_COLUMN, _("None")), *columns]
        return form

    @property
    def names(self) -> list[int]:
        """The columns with the name, in order."""
        return [column for column in (self.name.data, self.family_name.data) if column != NO_COLUMN]


def _letter(number: int) -> str:
    """What a spreadsheet calls a column (from 0): A, B, … Z, AA."""
    return (_letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


class StartForm(FlaskForm):
    leave_out = BooleanField(_l("Leave out the lines with a problem"))


class AddressForm(FlaskForm):
    """An address that was wrong."""

    email = EmailField(_l("Email"), [DataRequired(_l("Enter their email address.")), Length(max=254)], filters=[strip])
