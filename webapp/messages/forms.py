"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from webapp.accounts.forms import strip


class WordingForm(FlaskForm):
    """What a message says."""

    subject = StringField(_l("Subject"), [InputRequired(_l("Enter a subject of one line."))], filters=[strip])
    body = TextAreaField(_l("Text"), [InputRequired(_l("Enter a text."))])


class LetterForm(FlaskForm):
    """When the letter with a decision goes out."""

    when = RadioField(
        _l("When is it sent?"),
        [InputRequired(_l("Choose when it is sent."))],
        choices=[
            SelectChoice("now", _l("Now")),
            SelectChoice("1", _l("Tomorrow, unless somebody decides anew")),
            SelectChoice("3", _l("In three days, unless somebody decides anew")),
        ],
        default="now",
    )
