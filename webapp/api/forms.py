"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts.forms import ListField, one_line, strip
from webapp.accounts.models import User
from webapp.api.scopes import NAMES

DAYS = {"30": _l("30 days"), "90": _l("90 days"), "180": _l("180 days"), "365": _l("One year")}


class KeyForm(FlaskForm):
    title = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=120), one_line], filters=[strip])
    person = ListField(_l("Acts for"), [InputRequired(_l("Choose a person."))])
    days = ListField(_l("Valid for"), default="90", choices=[SelectChoice(*pair) for pair in DAYS.items()])
    scopes = SelectMultipleField(
        _l("Scopes"),
        [InputRequired(_l("Choose at least one scope."))],
        choices=[SelectChoice(each.value, name) for each, name in NAMES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person.choices = [SelectChoice(person.id, person.name) for person in people]
