"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length

from webapp.accounts.forms import strip
from webapp.jobs.places import countries


class JobForm(FlaskForm):
    title = StringField("Title", [InputRequired("Give the job a title."), Length(max=160)], filters=[strip])
    city = StringField("City", [InputRequired("Enter the city."), Length(max=120)], filters=[strip])
    country = SelectField("Country", validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Choose a country"), *countries()]
        self.country.validators = [AnyOf([code for code, _name in countries()], "Choose a country from the list.")]
