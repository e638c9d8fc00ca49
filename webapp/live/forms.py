"""Forms of this feature."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from webapp.accounts.forms import ListField, one_line, strip
from webapp.core.database import db
from webapp.organisations.access import Right
from webapp.positions.models import Position
from webapp.positions.operations import positions_of


class EnterForm(FlaskForm):
    """Coming in by a link."""

    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Enter the name that others will see.")), Length(max=120), one_line],
        filters=[strip],
    )


class RoomForm(FlaskForm):
    """A room from scratch, or from an interview, whose position and candidate are then given."""

    title = StringField(
        _l("Title"), [DataRequired(_l("Give the room a title.")), Length(max=160), one_line], filters=[strip]
    )
    position = ListField(_l("Purpose"), default="")
    candidate_name = StringField(_l("Candidate"), [Length(max=120), one_line], filters=[strip])
    hours = IntegerField(
        _l("Open for (hours)"),
        [
            InputRequired(_l("Enter a number of hours.")),
            NumberRange(1, 744, _l("Choose between 1 and 744 hours (31 days).")),
        ],
        default=24,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions: list[Position] = []
        if current_user.role.is_staff:
            query = (
                positions_of(current_user, Right.REVIEW)
                .where(Position.archived_at.is_(None))
                .order_by(sa.func.lower(Position.title), Position.id)
            )
            self.positions = list(db.session.scalars(query))
        self.position.choices = [SelectChoice("", _("Practice, for myself or with a friend"))]
        self.position.choices += [
            SelectChoice(position.id, f"{position.title}, {position.city}") for position in self.positions
        ]

    @property
    def chosen_position(self) -> Position | None:
        """The position that was chosen, if there is one."""
        return next((position for position in self.positions if position.id == self.position.data), None)
