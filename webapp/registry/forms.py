"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from webapp.policy.models import NEWEST, OFF

#: What the form sends for NEWEST, whose name is empty.
_NEWEST = "newest"


class SwitchForm(FlaskForm):
    version = RadioField(_l("Which reading counts"), [InputRequired(_l("Choose one."))])

    def offer(self, versions: list[str], reading: set[str]) -> SwitchForm:
        """With these versions to choose from, beside the newest and off; those of ``reading`` can read new answers."""
        self.version.choices = [
            SelectChoice(_NEWEST, _l("The newest reading of each answer")),
            *(
                SelectChoice(
                    each,
                    _l("Version %(version)s; it reads new answers too", version=each)
                    if each in reading
                    else _l("Version %(version)s, where it has read the answer", version=each),
                )
                for each in versions
            ),
            SelectChoice(OFF, _l("Off: this analysis neither runs nor is shown")),
        ]
        return self

    @property
    def chosen(self) -> str:
        """What was chosen, as webapp/policy/switches.py names it."""
        return NEWEST if self.version.data == _NEWEST else str(self.version.data)

    @staticmethod
    def named(version: str) -> str:
        """The form's word for what is switched on."""
        return version or _NEWEST
