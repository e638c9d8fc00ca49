"""Forms of this feature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from webapp.accounts.forms import one_line, strip

#: For how many days a link is open.
DAYS = {3: _l("3 days"), 7: _l("a week"), 14: _l("two weeks"), 30: _l("30 days"), 60: _l("60 days")}


class ShareForm(FlaskForm):
    """Whom to share with, and for how long; what is shared is ticked beside it."""

    name = StringField(
        _l("Name of the guest"),
        [DataRequired(_l("Enter their name.")), Length(max=120), one_line],
        filters=[strip],
    )
    email = EmailField(_l("Email"), [DataRequired(_l("Enter their email address.")), Length(max=254)], filters=[strip])
    days = SelectField(_l("The link is open for"), default="7")
    with_analyses = BooleanField(_l("Show the analyses, once the guest's scorecard is submitted"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days.choices = [SelectChoice(str(days), str(words)) for days, words in DAYS.items()]

    @property
    def length(self) -> timedelta:
        """For how long, once the form is valid."""
        return timedelta(days=int(self.days.data))
