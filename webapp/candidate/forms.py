"""Forms of this feature."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Optional


class WrittenForm(FlaskForm):
    """A written answer."""

    text = TextAreaField(_l("Your answer"), [Optional()])


class SubmitForm(FlaskForm):
    """Handing in; ``incomplete`` is asked only where something is unanswered."""

    incomplete = BooleanField(_l("Submit without these answers"))
