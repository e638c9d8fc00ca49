"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, Length, NumberRange, Optional, Regexp

from webapp.accounts.forms import one_line, strip
from webapp.employer.models import AiHelp

#: The rule as candidates read it.
AI_RULES = {
    AiHelp.FREE: _l("You may use AI programs to prepare and while you answer. Say so where it shaped your answer."),
    AiHelp.PREPARE: _l("You may use AI programs to prepare. Answer in your own words, without them."),
    AiHelp.NONE: _l(
        "Please prepare and answer without AI programs. Aids that you need because of a disability are fine."
    ),
}


class EmployerForm(FlaskForm):
    """What candidates see of an organisation, and what it offers them."""

    welcome = TextAreaField(_l("Welcome text"), [Optional(), Length(max=2000)])
    colour = StringField(
        _l("Colour"),
        [Optional(), Regexp(r"^#[0-9A-Fa-f]{6}$", message=_l("Write it as # and six digits or letters a to f."))],
        filters=[strip],
    )
    contact_name = StringField(_l("Contact person"), [Optional(), Length(max=120), one_line], filters=[strip])
    contact_email = StringField(
        _l("Email"), [Optional(), Length(max=254), Email(_l("Enter an email address."))], filters=[strip]
    )
    contact_phone = StringField(_l("Telephone"), [Optional(), Length(max=40), one_line], filters=[strip])
    ai_help = RadioField(
        _l("Help from AI programs"),
        choices=[
            SelectChoice(AiHelp.NOT_SAID.value, _l("Say nothing about it")),
            *(SelectChoice(key.value, words) for key, words in AI_RULES.items()),
        ],
        default=AiHelp.NOT_SAID.value,
    )
    ai_words = TextAreaField(_l("More about it"), [Optional(), Length(max=1000)])
    person_instead = BooleanField(_l("Offer a conversation with a person instead, by one click"))
    follow_ups = BooleanField(_l("Ask one follow-up question after an answer, where a question has follow-ups"))
    extra_time = IntegerField(
        _l("More time, in per cent"),
        [NumberRange(min=0, max=200, message=_l("Enter a number from 0 to 200."))],
        default=50,
    )
