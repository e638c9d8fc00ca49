"""The categories of the EEO-1 Component 1 report, which Local Law 144 and Illinois ask for."""

from __future__ import annotations

import enum

from flask_babel import lazy_gettext as _l


class Sex(enum.StrEnum):
    """As people say it of themselves."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNSAID = "unsaid"


class Ethnicity(enum.StrEnum):
    """As people say it of themselves; all but the first are "not Hispanic or Latino"."""

    HISPANIC = "hispanic"
    WHITE = "white"
    BLACK = "black"
    PACIFIC = "pacific"
    ASIAN = "asian"
    NATIVE = "native"
    SEVERAL = "several"
    UNSAID = "unsaid"


SEXES = {
    Sex.FEMALE: _l("Female"),
    Sex.MALE: _l("Male"),
    Sex.OTHER: _l("Another, or non-binary"),
    Sex.UNSAID: _l("I would rather not say"),
}
ETHNICITIES = {
    Ethnicity.HISPANIC: _l("Hispanic or Latino"),
    Ethnicity.WHITE: _l("White"),
    Ethnicity.BLACK: _l("Black or African American"),
    Ethnicity.PACIFIC: _l("Native Hawaiian or Pacific Islander"),
    Ethnicity.ASIAN: _l("Asian"),
    Ethnicity.NATIVE: _l("Native American or Alaska Native"),
    Ethnicity.SEVERAL: _l("Two or more races"),
    Ethnicity.UNSAID: _l("I would rather not say"),
}
