"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from webapp.accounts.forms import one_line, strip


class ConnectionForm(FlaskForm):
    their_key = PasswordField(_l("Their key"), [Length(max=500)], filters=[strip])
    address = StringField(_l("Their address"), [Length(max=500)], filters=[strip])
    active = BooleanField(_l("Switched on"), default=True)


class OfferForm(FlaskForm):
    title = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=120), one_line], filters=[strip])
    position = SelectField(_l("Position"), [InputRequired(_l("Choose a position."))])
    question_set = SelectField(_l("Question set"), [InputRequired(_l("Choose a question set."))])
    days = IntegerField(
        _l("Days to answer"), [InputRequired(_l("Enter a number of days.")), NumberRange(1, 90)], default=7
    )
