"""How long what is kept at a place: asked of whoever knows (webapp/governance), which stands above this feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.core.personal_data import Kept


@dataclass(frozen=True)
class Term:
    """How long one class is kept after the interview, in days. None: until somebody erases it."""

    days: int | None
    #: Years after which the law wants it gone, and for which it wants it kept; None where it says nothing.
    destroyed_after: int | None = None
    kept_for: int | None = None


_asked: list[Callable[[str, str | None], Mapping[Kept, Term]]] = []

NAMES = {
    Kept.MEDIA: _l("Recordings"),
    Kept.READINGS: _l("Transcripts and analyses"),
    Kept.RECORDS: _l("Records of the application"),
}


def known_by(teller: Callable[[str, str | None], Mapping[Kept, Term]]) -> None:
    """Say who knows the terms at a place (a code); the last word counts."""
    _asked[:] = [teller]


def terms(place: str, organisation_id: str | None) -> Mapping[Kept, Term]:
    """The term of each class at a place, for one organisation."""
    return _asked[0](place, organisation_id) if _asked else {kept: Term(None) for kept in Kept}


def in_words(kept: Kept, term: Term) -> str:
    """One class's term as a sentence without a full stop."""
    values = {"what": str(NAMES[kept])}
    if term.days is not None:
        said = ngettext("%(what)s: %(num)s day after the interview", "%(what)s: %(num)s days after the interview",
                        term.days, **values)  # fmt: skip
    else:
        said = _("%(what)s: until the organisation erases them, or you withdraw your consent or ask for it", **values)
        if kept is Kept.RECORDS:
            said = _("%(what)s: until the organisation erases them", **values)
    if term.destroyed_after:
        said += "; " + ngettext(
            "destroyed at the latest %(num)s year after the last contact, as the law demands",
            "destroyed at the latest %(num)s years after the last contact, as the law demands",
            term.destroyed_after,
        )
    if term.kept_for:
        said += "; " + ngettext(
            "kept for %(num)s year, as the law demands", "kept for %(num)s years, as the law demands", term.kept_for
        )
    return str(said)
