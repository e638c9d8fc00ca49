"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.accounts.forms import ListField, one_line, strip
from webapp.positions.places import countries


class PositionForm(FlaskForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    city = StringField(_l("City"), [DataRequired(_l("Enter the city.")), Length(max=120)], filters=[strip])
    country = ListField(_l("Country"), [InputRequired(_l("Choose a country."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [SelectChoice("", _("Choose a country")), *(SelectChoice(*pair) for pair in countries())]
