"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from webapp.accounts.forms import ListField, one_line, strip
from webapp.core.personal_data import Kept
from webapp.policy import Modality
from webapp.policy.acts import CLEARED, PROHIBITED
from webapp.policy.codes import name_of, regions_of
from webapp.positions.places import REGIONAL, countries

#: Longest that anything is kept by a rule, in days: ten years.
_DAYS = [Optional(), NumberRange(1, 3660, _l("Enter a number of days from 1 to 3660, or nothing."))]


class RetentionForm(FlaskForm):
    media = IntegerField(_l("Recordings, in days"), _DAYS)
    readings = IntegerField(_l("Transcripts and analyses, in days"), _DAYS)
    records = IntegerField(_l("Records of the application, in days"), _DAYS)


class PlaceRetentionForm(RetentionForm):
    """The same for one place: a country, or a part of one that has laws of its own."""

    place = ListField(_l("Place"), [InputRequired(_l("Choose a place."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="at-", **kwargs)
        parts = [(code, name_of(code)) for country in REGIONAL for code, _name in regions_of(country)]
        places = sorted([*countries(), *parts], key=lambda pair: pair[1])
        self.place.choices = [SelectChoice("", _("Choose a place")), *(SelectChoice(*pair) for pair in places)]

    def validate_place(self, field: ListField) -> None:
        """At least one clock must be set: a place without any is no rule."""
        if not any(self[each.value].data for each in Kept):
            raise ValidationError(_("Enter days for at least one of the three."))


LAW = "us-ny-nyc-ll-144"


class AttestationForm(FlaskForm):
    place = ListField(_l("Country"), [InputRequired(_l("Choose a country."))])
    modality = RadioField(
        _l("Analysis"),
        [InputRequired(_l("Choose an analysis."))],
        choices=[
            SelectChoice(Modality.FACE.value, _l("Face (emotion from how it looks)")),
            SelectChoice(Modality.SPEECH.value, _l("Voice (emotion from how it sounds)")),
        ],
    )
    statement = TextAreaField(
        _l("On what ground is it lawful there?"),
        [DataRequired(_l("Say on what ground.")), Length(max=2000)],
        filters=[strip],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = [pair for pair in countries() if pair[0] not in PROHIBITED | CLEARED]
        self.place.choices = [SelectChoice("", _("Choose a country")), *(SelectChoice(*pair) for pair in open_ones)]


class AuditForm(FlaskForm):
    audited_on = DateField(_l("Day of the audit"), [InputRequired(_l("Enter the day of the audit."))])
    first_used_on = DateField(_l("Day of first use"), [InputRequired(_l("Enter the day of first use."))])
    auditor = StringField(
        _l("Independent auditor"),
        [DataRequired(_l("Enter who made the audit.")), Length(max=160), one_line],
        filters=[strip],
    )
    summary_url = URLField(
        _l("Address of the published summary"),
        [DataRequired(_l("Enter the address.")), URL(message=_l("Enter an address such as https://example.org/audit.")),
         Length(max=500)],
        filters=[strip],
    )  # fmt: skip
