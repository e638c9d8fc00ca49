"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, ValidationError

from webapp.accounts.models import Role, User
from webapp.accounts.passwords import weakness

#: NIST SP 800-63B-4 asks for length and a list of common passwords, and against rules on which characters.
PASSWORD_LENGTH = Length(min=12, max=1024, message="Use at least 12 characters; three or four words do well.")

ROLES = [
    SelectChoice(Role.RECRUITER.value, "Recruiter: makes jobs, invites people, reads reports"),
    SelectChoice(Role.ADMIN.value, "Admin: also makes question sets and looks after people"),
    SelectChoice(Role.CANDIDATE.value, "Candidate: practises in private, sees nothing else"),
]


class ListField(SelectField):
    """A choice from a list, with a message that says what to do when something else comes."""

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError where the choice is none of those that were offered."""
        if not any(choice.value == self.data for choice in self.choices):
            raise ValidationError("Choose one from the list.")


def strip(value: Any) -> Any:
    """Text without spaces around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


class SignInForm(FlaskForm):
    email = EmailField("Email", [InputRequired("Enter your email address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=1024)])
    remember = BooleanField("Keep me signed in for two weeks")


class NewPersonForm(FlaskForm):
    name = StringField("Name", [DataRequired("Enter their name."), Length(max=120)], filters=[strip])
    email = EmailField(
        "Email",
        [
            DataRequired("Enter their email address."),
            Length(max=254),
            Email("Enter an email address like name@example.org."),
        ],
        filters=[strip],
    )
    role = RadioField("Role", [InputRequired("Choose a role.")], choices=ROLES)


class RoleForm(FlaskForm):
    role = RadioField("Role", [InputRequired("Choose a role.")], choices=ROLES)


class _NewPassword(FlaskForm):
    """A new password of ``person``, whose names it must not be made of."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        if why := weakness(field.data or "", self.person.name, self.person.email):
            raise ValidationError(why)

    password = PasswordField("New password", [InputRequired("Enter a new password."), PASSWORD_LENGTH])
    again = PasswordField(
        "New password, again", [EqualTo("password", "The two passwords differ. Type the same one twice.")]
    )


class SetPasswordForm(_NewPassword):
    """For the person who opened a link."""


class ChangePasswordForm(_NewPassword):
    current = PasswordField("Present password", [InputRequired("Enter your present password."), Length(max=1024)])


class ConfirmForm(FlaskForm):
    """One's own password, once more."""

    password = PasswordField("Your password", [InputRequired("Enter your password."), Length(max=1024)])
