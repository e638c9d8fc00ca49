"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from webapp.accounts.forms import ListField, one_line, strip
from webapp.policy.codes import country_of, regions_of
from webapp.positions.places import REGIONAL, countries, country_name


class PositionForm(FlaskForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    city = StringField(_l("City"), [DataRequired(_l("Enter the city.")), Length(max=120)], filters=[strip])
    country = ListField(_l("Country"), [InputRequired(_l("Choose a country."))])
    region = ListField(_l("State or province"), filters=[strip], default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [SelectChoice("", _("Choose a country")), *(SelectChoice(*pair) for pair in countries())]
        self.region.choices = [
            SelectChoice("", _("Not in one of these")),
            *(
                SelectChoice(code, name, optgroup=country_name(country))
                for country in REGIONAL
                for code, name in regions_of(country)
            ),
        ]

    def validate_region(self, field: Any) -> None:
        """Where the law differs from state to state, one must be named; and it must be in the country."""
        country = self.country.data or ""
        if country in REGIONAL and not field.data:
            raise ValidationError(_("Choose the state or province: each has laws of its own."))
        if field.data and country_of(field.data) != country:
            raise ValidationError(_("This is not in the country above. Choose another, or change the country."))
