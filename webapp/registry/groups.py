"""What the models do by group of people, as far as their cards say it: speakers of RAVDESS by sex.

RAVDESS numbers its actors: odd ones are male, even ones female (Livingstone and Russo, 2018). The cards hold each
actor's unweighted average recall (UAR), always judged by a model that had not heard that actor. Other data name no
groups; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from ml.core.messages import N_
from webapp.registry.cards import Card

#: Fewest people of whom something is said.
FEWEST = 5
#: Student's t for a 95 % interval by degrees of freedom; beyond 29 the normal distribution's.
_T = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 11: 2.201, 14: 2.145, 19: 2.093, 24: 2.064, 29: 2.045}


@dataclass(frozen=True)
class Group:
    """A figure of one group: the mean over its people with a 95 % interval (clipped to 0..1); None: too few."""

    name: str
    people: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ByGroup:
    """One figure by group. ``difference``: first less second, with its interval; None where either has too few."""

    figure: str
    groups: tuple[Group, ...]
    difference: tuple[float, float, float] | None


def by_group(card: Card) -> list[ByGroup]:
    """What a card says by group; empty where its data name none."""
    figures = card.data.get("figures") or {}
    found = []
    for title, path in (
        (N_("average recall, alone"), ("uar_per_actor",)),
        (N_("average recall, eight expressions"), ("eight", "per_actor_uar")),
        (N_("average recall, three expressions"), ("three", "per_actor_uar")),
    ):
        value: Any = figures
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and (one := _by_sex(title, value)):
            found.append(one)
    return found


def lines_of(card: Card) -> list[str]:
    """What a card says by group, in plain words, as the model cards and ``./viva flask models groups`` have it."""
    found = []
    for one in by_group(card):
        parts = [
            f"{group.name} {group.mean:.3f} ({group.low:.3f} to {group.high:.3f}, n = {group.people})"
            if group.mean is not None
            else f"{group.name}: not enough data (n = {group.people})"
            for group in one.groups
        ]
        between = "difference {:+.3f} ({:+.3f} to {:+.3f})".format(*one.difference) if one.difference else ""
        found.append(f"{one.figure}: {'; '.join(filter(None, (*parts, between)))}")
    if found:
        return found
    why = "the card has no figure for each speaker" if names_sex(card) else "the data name no groups of people"
    return [f"not measured: {why}"]


def names_sex(card: Card) -> bool:
    """Whether the data behind a model name the sex of who is heard or seen in them."""
    return any(corpus in str(card.data.get("data", "")) for corpus in ("RAVDESS", "nEMO"))


def _by_sex(title: str, per_actor: Mapping[str, Any]) -> ByGroup | None:
    women: list[float] = []
    men: list[float] = []
    for name, value in per_actor.items():
        number = str(name).rpartition("/")[2]
        if number.isdigit() and isinstance(value, int | float):
            (men if int(number) % 2 else women).append(float(value))
    if not women and not men:
        return None
    return ByGroup(title, (_group(N_("women"), women), _group(N_("men"), men)), _difference(women, men))


def _group(name: str, values: list[float]) -> Group:
    if len(values) < FEWEST:
        return Group(name, len(values), None, None, None)
    mean, half = fmean(values), _t(len(values) - 1) * stdev(values) / len(values) ** 0.5
    return Group(name, len(values), mean, max(0.0, mean - half), min(1.0, mean + half))


def _difference(first: list[float], second: list[float]) -> tuple[float, float, float] | None:
    """By Welch's interval, with the smaller group's degrees of freedom: no narrower than it should be."""
    if min(len(first), len(second)) < FEWEST:
        return None
    between = fmean(first) - fmean(second)
    error = (stdev(first) ** 2 / len(first) + stdev(second) ** 2 / len(second)) ** 0.5
    half = _t(min(len(first), len(second)) - 1) * error
    return between, between - half, between + half


def _t(freedom: int) -> float:
    return next((_T[each] for each in sorted(_T, reverse=True) if each <= freedom), _T[4])
