"""Fields of the API's documents: as strict as they say, so that what the document promises is what is taken."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from marshmallow import fields, validate

from webapp.core.one_line import is_one_line

#: How an id looks.
ID = "^[0-9a-f]{32}$"


class Text(fields.String):
    """Text of ``shortest`` to ``longest`` characters without spaces around it; one line unless ``lines``."""

    def __init__(self, longest: int, *, shortest: int = 0, lines: bool = False, **values: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest or None, max=longest), **values)
        self.shortest, self.lines = shortest, lines

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if any(unicodedata.category(each) == "Cs" or each == "\0" for each in text):
            raise ma.ValidationError(_("This holds characters that cannot be stored."))
        if not self.lines and not is_one_line(text):
            raise ma.ValidationError(_("Use one line of letters and signs that can be displayed."))
        text = text.strip()
        if len(text) < self.shortest:
            raise ma.ValidationError(_("Enter something."))
        return text


class Id(fields.String):
    """An identifier of ours."""

    def __init__(self, **values: Any) -> None:
        super().__init__(validate=validate.Regexp(ID), **values)


class Moment(fields.AwareDateTime):
    """A moment with its offset, as RFC 3339 has it; in UTC here."""

    def __init__(self, **values: Any) -> None:
        super().__init__(format="iso", **values)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, *args, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise ma.ValidationError(_("This moment is beyond the calendar's ends.")) from None


class Yes(fields.Boolean):
    """true or false, and nothing that is like them."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError(_("Write true or false."))
        return value


class YesInQuery(fields.Boolean):
    """true or false in an address."""

    truthy, falsy = {"true"}, {"false"}


class Whole(fields.Integer):
    """A whole number from ``least`` to ``most``."""

    def __init__(self, least: int, most: int, **values: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **values)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | str):
            raise ma.ValidationError(_("Enter a whole number."))
        return super()._deserialize(value, *args, **kwargs)


class WholeInQuery(fields.Integer):
    """A whole number in an address."""

    def __init__(self, least: int, most: int, **values: Any) -> None:
        super().__init__(validate=validate.Range(least, most), **values)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) and not (str(value).isascii() and str(value).isdigit() and len(str(value)) < 10):
            raise ma.ValidationError(_("Enter a whole number."))
        return super()._deserialize(value, *args, **kwargs)


class Choice(fields.Enum):
    """One of the values of an enumeration."""

    def __init__(self, values: Any, **options: Any) -> None:
        super().__init__(values, by_value=fields.String, **options)
