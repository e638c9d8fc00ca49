"""Further ways to sign in that higher features offer on the sign-in page, such as an identity provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.accounts.models import User


@dataclass(frozen=True)
class Way:
    """A link on the sign-in page."""

    label: str
    url: str


#: Each gives the ways that it offers: to anybody (None), or to somebody who is to confirm that it is they.
_offers: list[Callable[[User | None], list[Way]]] = []


def offer(ways: Callable[[User | None], list[Way]]) -> Callable[[User | None], list[Way]]:
    """Ask ``ways`` whenever somebody signs in or confirms. Twice the same is once."""
    if ways not in _offers:
        _offers.append(ways)
    return ways


def offered(user: User | None = None) -> list[Way]:
    """All ways, in the order of their features."""
    return [way for ways in _offers for way in ways(user)]
