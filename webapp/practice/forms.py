"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from webapp.accounts.forms import strip


class LinkForm(FlaskForm):
    """Where a link to practise goes."""

    email = EmailField(
        _l("Your email address"), [DataRequired(_l("Enter your email address.")), Length(max=254)], filters=[strip]
    )
