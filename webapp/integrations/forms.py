"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts.forms import one_line, strip
from webapp.integrations.models import EventType

TYPE_NAMES = {
    EventType.INVITED: _l("invited"),
    EventType.STARTED: _l("started"),
    EventType.SUBMITTED: _l("submitted"),
    EventType.ANALYSED: _l("analysed"),
    EventType.REVIEWED: _l("reviewed"),
    EventType.DECIDED: _l("decided"),
    EventType.WITHDRAWN: _l("withdrawn"),
    EventType.ERASED: _l("erased"),
}


class EndpointForm(FlaskForm):
    title = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=120), one_line], filters=[strip])
    url = StringField(_l("Address"), [DataRequired(_l("Enter an address.")), Length(max=500)], filters=[strip])
    types = SelectMultipleField(
        _l("Events"),
        choices=[SelectChoice(each.value, name) for each, name in TYPE_NAMES.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        default=[each.value for each in EventType],
    )
    active = BooleanField(_l("Send messages there"), default=True)
