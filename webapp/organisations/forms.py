"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField, URLField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, Optional

from webapp.accounts.forms import ListField, one_line, strip
from webapp.accounts.models import User
from webapp.core.translation import ENGLISH, NAMES, languages
from webapp.organisations.models import TeamRole

ROLE_NAMES = {
    TeamRole.OWNER: _l("Owner"),
    TeamRole.RECRUITER: _l("Recruiter"),
    TeamRole.HIRING_MANAGER: _l("Hiring manager"),
    TeamRole.REVIEWER: _l("Reviewer"),
    TeamRole.OBSERVER: _l("Observer"),
}
#: What each role may do, as it is told where it is chosen.
ROLE_WORDS = {
    TeamRole.OWNER: _l("everything, and says who is in the team"),
    TeamRole.RECRUITER: _l("creates positions, invites, reviews and decides"),
    TeamRole.HIRING_MANAGER: _l("reviews, decides and shares with guests"),
    TeamRole.REVIEWER: _l("watches answers and fills in scorecards"),
    TeamRole.OBSERVER: _l("watches answers and sees where everything stands"),
}


class TeamForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=80), one_line], filters=[strip])
    own_only = BooleanField(_l("Members see only the positions and candidates that they added themselves"))


class MemberForm(FlaskForm):
    """Somebody to put into a team, and their role there."""

    person = ListField(_l("Person"), [InputRequired(_l("Choose a person."))])
    role = ListField(_l("Role"), [InputRequired(_l("Choose a role."))])

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.person.choices = [
            SelectChoice("", _("Choose a person")),
            *(SelectChoice(person.id, f"{person.name} ({person.email})") for person in people),
        ]
        self.role.choices = [
            SelectChoice(role.value, f"{name}: {ROLE_WORDS[role]}") for role, name in ROLE_NAMES.items()
        ]

    @property
    def chosen(self) -> User:
        """The person, once the form is valid."""
        return next(person for person in self.people if person.id == self.person.data)


class ProfileForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=120), one_line], filters=[strip])
    slug = StringField(_l("Address of your public page"), [Optional(), Length(max=60)], filters=[strip])
    contact_name = StringField(_l("Contact for candidates: name"), [Length(max=120), one_line], filters=[strip])
    contact_email = StringField(
        _l("Contact for candidates: email"),
        [Optional(), Email(_l("Enter an email address.")), Length(max=254)],
        filters=[strip],
    )
    postal_address = TextAreaField(_l("Postal address"), [Length(max=500)], filters=[strip])
    website = URLField(
        _l("Website"),
        [Optional(), URL(message=_l("Enter an address that begins with https://.")), Length(max=300)],
        filters=[strip],
    )

    language = ListField(_l("Language"))

    #: The fields that are the profile's own.
    said = ("contact_name", "contact_email", "postal_address", "website", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = language_choices()
        self.language.data = self.language.data or ENGLISH


def language_choices() -> list[SelectChoice]:
    """The languages that pages can be in, each by its own name."""
    return [SelectChoice(name, NAMES.get(name, name)) for name in languages()]
