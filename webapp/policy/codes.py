"""Codes of places: a country by ISO 3166-1, its part by ISO 3166-2, and cities that have a law of their own.

``US`` contains ``US-NY``, which contains ``US-NY-NYC``.
"""

from __future__ import annotations

from functools import lru_cache

import pycountry

from ml.core.messages import N_

#: Cities with a law of their own: our code, which begins with that of their part of the country, and their name.
CITIES = {"US-NY-NYC": N_("New York City")}
#: Parts of a country that ISO 3166-1 lists as countries as well: what holds for either holds for them.
_ALSO = {f"US-{code}": code for code in ("AS", "GU", "MP", "PR", "UM", "VI")}
#: What stands for a place that somebody would rather not name: a code that ISO 3166 leaves to its users. It is within
#: nothing, so face and voice, which need a cleared place, are off there.
UNSAID = "ZZ"


class UnknownPlaceError(ValueError):
    """This is no code of a place; the message is for a person."""


def normal(code: str | None) -> str:
    """``code`` in upper case and without spaces around it; empty for None."""
    return (code or "").strip().upper()


@lru_cache(maxsize=4096)
def is_known(code: str) -> bool:
    """Whether a normal ``code`` names a country, a part of one, or one of CITIES."""
    if code in CITIES:
        return True
    if "-" in code:
        return pycountry.subdivisions.get(code=code) is not None
    return len(code) == 2 and pycountry.countries.get(alpha_2=code) is not None


def parse(code: str | None) -> str:
    """``code`` in its normal form. Raises UnknownPlaceError."""
    found = normal(code)
    if not is_known(found):
        raise UnknownPlaceError(
            N_("“%(code)s” is not a place that Viva knows. Give a country such as CA, or a part of one such as US-IL.")
            % {"code": code}
        )
    return found


@lru_cache(maxsize=4096)
def within(code: str) -> tuple[str, ...]:
    """The places that contain ``code``, itself first, the country last: ``US-NY-NYC``, ``US-NY``, ``US``.

    Nothing for a code that names no place: no rule can hold there, and none can allow anything.
    """
    code = normal(code)
    if not is_known(code):
        return ()
    parts = code.split("-")
    chain = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return tuple([*chain, *(_ALSO[part] for part in chain if part in _ALSO)])


def country_of(code: str | None) -> str:
    """The country (ISO 3166-1 alpha-2) that ``code`` is in or is; empty for an empty one."""
    return normal(code).partition("-")[0]


@lru_cache(maxsize=512)
def regions_of(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the parts of a country by name, each city with its own law after its part."""
    listed = pycountry.subdivisions.get(country_code=normal(country)) or []
    top = sorted((part for part in listed if part.parent_code is None), key=lambda part: str(part.name))
    found: list[tuple[str, str]] = []
    for part in top:
        found.append((part.code, part.name))
        found += [(code, name) for code, name in CITIES.items() if code.startswith(f"{part.code}-")]
    return tuple(found)


def name_of(code: str | None) -> str:
    """The English name of a place, the smallest part first: "New York City, New York, United States"."""
    names = []
    for part in within(normal(code)):
        if part in CITIES:
            names.append(CITIES[part])
        elif "-" in part:
            names.append(pycountry.subdivisions.get(code=part).name)
        elif part == country_of(code):
            names += [
                getattr(each, "common_name", each.name) for each in [pycountry.countries.get(alpha_2=part)] if each
            ]
    return ", ".join(names) or normal(code)
