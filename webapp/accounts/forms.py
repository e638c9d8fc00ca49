"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, ValidationError

from webapp.accounts.models import Role, User
from webapp.accounts.passwords import weakness
from webapp.core.one_line import is_one_line

#: NIST SP 800-63B-4 asks for length and a list of common passwords, and against rules on which characters.
PASSWORD_LENGTH = Length(min=12, max=1024, message=_l("Use at least 12 characters. Three or four words work well."))

ROLE_NAMES = {
    Role.RECRUITER: _l("Recruiter"),
    Role.ADMIN: _l("Admin"),
    Role.CANDIDATE: _l("Candidate"),
    Role.GUEST: _l("Guest"),
}
ROLES = [
    SelectChoice(Role.RECRUITER.value, _l("Team member: recruits, reviews or observes, by their role in each team")),
    SelectChoice(Role.ADMIN.value, _l("Admin: also creates question sets and manages people")),
    SelectChoice(Role.CANDIDATE.value, _l("Candidate: practises in private and sees nothing else")),
]


class ListField(SelectField):
    """A choice from a list, with a message that says what to do when something else comes."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError where the choice is none of those that were offered."""
        if not any(choice.value == self.data for choice in self.choices):
            raise ValidationError(_("Choose an option from the list."))


def one_line(_form: Any, field: Any) -> None:
    """Refuse line breaks and other characters that cannot be shown, in names and titles."""
    if isinstance(field.data, str) and not is_one_line(field.data):
        raise ValidationError(_("Use one line of letters and signs that can be displayed."))


def strip(value: Any) -> Any:
    """Text without spaces around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


class SignInForm(FlaskForm):
    email = EmailField(_l("Email"), [InputRequired(_l("Enter your email address.")), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), Length(max=1024)])
    remember = BooleanField(_l("Keep me signed in for two weeks"))


class ForgotPasswordForm(FlaskForm):
    email = EmailField(
        _l("Email"),
        [
            InputRequired(_l("Enter your email address.")),
            Length(max=254),
            Email(_l("Enter an email address like name@example.org.")),
        ],
        filters=[strip],
    )


class NewPersonForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Enter their name.")), Length(max=120), one_line], filters=[strip])
    email = EmailField(
        _l("Email"),
        [
            DataRequired(_l("Enter their email address.")),
            Length(max=254),
            Email(_l("Enter an email address like name@example.org.")),
        ],
        filters=[strip],
    )
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))], choices=ROLES)


class RulesForm(FlaskForm):
    required = BooleanField(_l("Everybody who works here signs in with a second step"))


class RoleForm(FlaskForm):
    role = RadioField(_l("Role"), [InputRequired(_l("Choose a role."))], choices=ROLES)


class _NewPassword(FlaskForm):
    """A new password of ``person``, whose names it must not be made of."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        if why := weakness(field.data or "", self.person.name, self.person.email):
            raise ValidationError(why)

    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password.")), PASSWORD_LENGTH])
    again = PasswordField(
        _l("Repeat new password"),
        [EqualTo("password", _l("The passwords do not match. Enter the same password twice."))],
    )


class SetPasswordForm(_NewPassword):
    """For the person who opened a link."""


class ChangePasswordForm(_NewPassword):
    current = PasswordField(
        _l("Current password"), [InputRequired(_l("Enter your current password.")), Length(max=1024)]
    )


class CodeForm(FlaskForm):
    """The second step of signing in: a code, or what a passkey signed."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter a code.")), Length(max=40)], filters=[strip])
    credential = HiddenField(validators=[Length(max=20_000)])


class AppForm(FlaskForm):
    code = StringField(
        _l("Code that the app shows"),
        [InputRequired(_l("Enter the six digits that the app shows.")), Length(max=20)],
        filters=[strip],
    )


class PasskeyForm(FlaskForm):
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter a name, such as “Work laptop”.")), Length(max=80), one_line],
        filters=[strip],
    )
    credential = HiddenField(
        validators=[InputRequired(_l("Your browser made no passkey. Try again.")), Length(max=20_000)]
    )


class ConfirmForm(FlaskForm):
    """One's own password, once more."""

    password = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password.")), Length(max=1024)])
