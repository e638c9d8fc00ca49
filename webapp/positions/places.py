"""Countries by ISO 3166-1, and what may be analysed there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pycountry
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.policy import Modality
from webapp.policy.access import AtPlace, RecordedFacts, situation_of
from webapp.policy.acts import RULES, VERSION
from webapp.policy.codes import country_of
from webapp.policy.law import CURABLE, Situation, in_force, judge, upcoming
from webapp.policy.rules import Rule as Act

_WHAT = {
    Modality.TEXT: _l("Words (personality from written and spoken text)"),
    Modality.SPEECH: _l("Voice (emotion from how it sounds)"),
    Modality.FACE: _l("Face (emotion from how it looks)"),
}
#: What the engine says of an interview that took place, said before anybody is invited.
_WHY_NOT = {
    "prohibited_in_eea": _l("prohibited in recruitment in the EU and the EEA (AI Act, Art. 5(1)(f))"),
    "place_not_cleared": _l("not cleared for this location, so Viva does not do it"),
    "audit_missing": _l("not without an independent bias audit within the last year (Local Law 144); there is none"),
    "audit_too_old": _l("not without an independent bias audit within the last year (Local Law 144); it is older"),
}
#: What the law wants beside the candidate's consent.
_WITH = {
    "release_missing": _l("with the candidate's consent and a written release"),
    "waiver_missing": _l("with the candidate's consent and a signed waiver"),
    "notice_too_short": _l("with the candidate's consent, 10 business days after they were told"),
}
#: Countries whose parts have laws of their own: a position there names its part.
REGIONAL = tuple(sorted({country_of(place) for rule in RULES for place in rule.places if "-" in place}))


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


def rules(place: str) -> list[Rule]:
    """What may be analysed in an assessment for a position at ``place`` (a code), if the candidate agrees."""
    found = []
    for modality, what in _WHAT.items():
        decision = judge(modality, _there(place), RecordedFacts(AtPlace(place)))
        if decision:
            found.append(Rule(what, True, _("with the candidate's consent")))
        elif decision.code in CURABLE:
            found.append(Rule(what, True, _WITH[decision.code]))
        else:
            found.append(Rule(what, False, _WHY_NOT.get(decision.code, decision.reason)))
    return found


@dataclass(frozen=True)
class Law:
    """The acts that bind at a place: those in force and those to come, and which version of them this is."""

    now: list[Act]
    later: list[Act]
    version: str


def law_of(place: str) -> Law:
    """What the law of a place asks today, and what it will ask."""
    return Law(in_force(_there(place)), upcoming(_there(place)), VERSION)


def _there(place: str) -> Situation:
    return situation_of(AtPlace(place))
