"""Forms of this feature."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from webapp.interviews.models import RequestKind
from webapp.interviews.operations import LONGEST_REQUEST


class WrittenForm(FlaskForm):
    """A written answer."""

    text = TextAreaField(_l("Your answer"), [Optional()])


class SubmitForm(FlaskForm):
    """Handing in; ``incomplete`` is asked only where something is unanswered."""

    incomplete = BooleanField(_l("Submit without these answers"))


class RequestForm(FlaskForm):
    """What a candidate asks of those who invited them."""

    kind = RadioField(
        _l("What do you need?"),
        [InputRequired(_l("Choose what you need."))],
        choices=[
            SelectChoice(RequestKind.FORMAT.value, _l("Another format, or help because of a disability")),
            SelectChoice(RequestKind.TIME.value, _l("More time, or another time")),
            SelectChoice(RequestKind.PERSON.value, _l("To speak with a person")),
        ],
        default=RequestKind.FORMAT.value,
    )
    text = TextAreaField(
        _l("What should we know?"),
        [InputRequired(_l("Write what you need.")), Length(max=LONGEST_REQUEST, message=_l("Shorten this a little."))],
    )


class CodeForm(FlaskForm):
    """A code that came by mail."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code.")), Length(max=20)])
