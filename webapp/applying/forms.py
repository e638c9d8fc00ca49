"""Forms of this feature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from webapp.accounts.forms import ListField, strip
from webapp.core.database import db, now
from webapp.interviews.forms import DeadlineForm
from webapp.questions.models import QuestionSet, SetState
from webapp.questions.operations import visible_to


class OpenLinkForm(DeadlineForm):
    """A link for many."""

    question_set = ListField(_l("Question set"), [InputRequired(_l("Choose a question set."))])
    cap = IntegerField(_l("How many people at most"), [InputRequired(_l("Enter a number."))], default=100)
    days = IntegerField(_l("Days that each has to answer"), [InputRequired(_l("Enter a number."))], default=7)
    origins = TextAreaField(_l("Pages that may show the form (optional)"), [Optional(), Length(max=2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("date", (now() + timedelta(days=30)).astimezone(ZoneInfo("UTC")).date())
        super().__init__(*args, **kwargs)
        sets = visible_to(current_user).where(QuestionSet.state == SetState.PUBLISHED)
        self.sets = list(
            db.session.scalars(sets.order_by(sa.func.lower(QuestionSet.title), QuestionSet.version.desc()))
        )
        self.question_set.choices = [
            SelectChoice(each.id, f"{each.title}, version {each.version}") for each in self.sets
        ]

    @property
    def chosen_set(self) -> QuestionSet:
        """The set, once the form is valid."""
        return next(each for each in self.sets if each.id == self.question_set.data)


class ApplyForm(FlaskForm):
    """Who somebody is, and where they get mail."""

    class Meta:
        # The form may stand in a frame on another site, where browsers keep our cookies away. It signs nobody in and
        # changes nothing before the address is confirmed; the proof of work stands in its place.
        csrf = False

    name = StringField(_l("Your name"), [DataRequired(_l("Enter your name.")), Length(max=120)], filters=[strip])
    email = EmailField(
        _l("Your email address"), [DataRequired(_l("Enter your email address.")), Length(max=254)], filters=[strip]
    )
    #: Left empty by people, who do not see it.
    website = StringField(_l("Leave this empty"), [Length(max=0)])
