"""Countries by ISO 3166-1, and what may be analysed there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pycountry
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.policy import Modality, Mode
from webapp.policy.engine import permitted_by_law

_WHAT = {
    Modality.TEXT: _l("Words (personality from written and spoken text)"),
    Modality.SPEECH: _l("Voice (emotion from how it sounds)"),
    Modality.FACE: _l("Face (emotion from how it looks)"),
}
#: What the engine says of an interview that took place, said before anybody is invited.
_WHY_NOT = {
    "prohibited_in_eea": _l("prohibited in recruitment in the EU and the EEA (AI Act, Art. 5(1)(f))"),
    "place_not_cleared": _l("not cleared for this location, so Viva does not do it"),
}


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """Pairs of code (alpha-2) and everyday English name, by name."""
    pairs = [(country.alpha_2, getattr(country, "common_name", country.name)) for country in pycountry.countries]
    return tuple(sorted(pairs, key=lambda pair: _plain(pair[1])))


def _plain(name: str) -> str:
    """``name`` without accents and case: Åland stands among the As."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def country_name(code: str) -> str:
    """The name of a country; the code itself where ISO 3166 has none."""
    return dict(countries()).get(code, code)


@dataclass(frozen=True)
class Rule:
    """What the law of a place says of one modality."""

    what: str
    allowed: bool
    why: str


def rules(country: str) -> list[Rule]:
    """What may be analysed in an assessment for a position in ``country`` (alpha-2), if the candidate agrees."""
    found = []
    for modality, what in _WHAT.items():
        decision = permitted_by_law(modality, Mode.ASSESSMENT, country)
        why = _("with the candidate's consent") if decision else _WHY_NOT.get(decision.code, decision.reason)
        found.append(Rule(what, decision.allowed, why))
    return found
