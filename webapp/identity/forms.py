"""Forms of this feature."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from webapp.accounts.forms import one_line, strip
from webapp.core import outgoing
from webapp.identity import saml


def _address(_form: Any, field: Any) -> None:
    try:
        outgoing.check(field.data or "")
    except outgoing.Forbidden:
        raise ValidationError(_("Enter an address like https://login.example.org.")) from None


class ChooseForm(FlaskForm):
    organisation = StringField(
        _l("Email or organisation"),
        [DataRequired(_l("Enter your email address or your organisation.")), Length(max=254), one_line],
        filters=[strip],
    )


class _ProviderForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=80), one_line], filters=[strip])
    creates_accounts = BooleanField(_l("Create an account for people whom Viva does not know yet"))
    has_second_step = BooleanField(_l("This provider asks for a second step, so that Viva does not"))
    active = BooleanField(_l("In use"), default=True)


class OidcForm(_ProviderForm):
    issuer = StringField(
        _l("Issuer"), [DataRequired(_l("Enter the issuer's address.")), Length(max=500), _address], filters=[strip]
    )
    client_id = StringField(
        _l("Client ID"), [DataRequired(_l("Enter the client ID.")), Length(max=255), one_line], filters=[strip]
    )
    client_secret = PasswordField(_l("Client secret"), [Length(max=500)], filters=[strip])


class SamlForm(_ProviderForm):
    issuer = StringField(
        _l("Entity ID of the provider"),
        [DataRequired(_l("Enter the entity ID.")), Length(max=500), one_line],
        filters=[strip],
    )
    sign_in_url = StringField(
        _l("Address for signing in (HTTP-Redirect)"),
        [DataRequired(_l("Enter the address.")), Length(max=500), _address],
        filters=[strip],
    )
    certificates = TextAreaField(
        _l("Certificates"), [DataRequired(_l("Enter a certificate.")), Length(max=20_000)], filters=[strip]
    )

    def validate_certificates(self, field: TextAreaField) -> None:
        """Refuse what is no certificate."""
        try:
            saml.check_certificates(field.data or "")
        except ValueError:
            raise ValidationError(_("Enter certificates that begin with -----BEGIN CERTIFICATE-----.")) from None
