"""Where a candidate lives: asked, because the law there protects them as well as that of the position's place."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.core import events
from webapp.core.database import db
from webapp.interviews.models import Interview, InterviewState
from webapp.policy import Mode
from webapp.policy.codes import UNSAID, UnknownPlaceError, name_of, normal, parse, regions_of
from webapp.positions.places import REGIONAL, countries

#: What the field is called in forms.
FIELD = "place"


def choices(interview: Interview) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of code and name for a list: the position's place and the way out first, then the countries, those whose
    parts have laws of their own part by part."""
    here = interview.place or ""
    first = [(here, name_of(here))] if here and here not in REGIONAL else []
    rest: list[tuple[str, list[tuple[str, str]]]] = [
        ("", [*first, (UNSAID, _("I would rather not say"))]),
        (_("Countries"), [pair for pair in countries() if pair[0] not in REGIONAL]),
    ]
    return rest + [(name, list(regions_of(code))) for code, name in countries() if code in REGIONAL]


def is_asked(interview: Interview) -> bool:
    """Whether the question is put at all: in an assessment."""
    return interview.mode is Mode.ASSESSMENT


def live_in(interview: Interview, code: str) -> bool:
    """Note where the candidate says that they live; whether that is new. What the law there does not let happen goes.

    Raises UnknownPlaceError for no place, and for a country alone where its parts have laws of their own.
    """
    place = UNSAID if normal(code) == UNSAID else parse(code)
    if place in REGIONAL:
        raise UnknownPlaceError(_("Choose the state or province: each has laws of its own."))
    if place == interview.candidate_place:
        return False
    interview.candidate_place = place
    db.session.flush()
    if interview.consents or interview.state is InterviewState.SUBMITTED:
        events.send(events.consents_changed, interview_id=interview.id)
    return True


def in_words(interview: Interview) -> str:
    """The place, for the candidate; empty where they have not said."""
    if interview.candidate_place == UNSAID:
        return _("You would rather not say")
    return name_of(interview.candidate_place) if interview.candidate_place else ""
