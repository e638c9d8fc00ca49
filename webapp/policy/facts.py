"""What the law asks beyond place and day: audits, notices, signatures, attestations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import numpy as np

from webapp.policy.rules import Modality


class Facts(Protocol):
    """Answers are looked up only where a rule asks: most interviews are under none that does."""

    def audited_on(self, rule_id: str) -> date | None:
        """The day of the newest bias audit for the rule; None where there is none."""
        ...

    def told_on(self) -> date | None:
        """The day on which the candidate was told; None where nobody told them."""
        ...

    def released(self) -> bool:
        """Whether the candidate signed a written release."""
        ...

    def waived(self) -> bool:
        """Whether the candidate signed a waiver."""
        ...

    def attested(self, place: str, modality: Modality) -> bool:
        """Whether an admin attested that ``modality`` is lawful in ``place``."""
        ...


@dataclass(frozen=True)
class KnownFacts:
    """Facts that are known beforehand; by default there are none of them."""

    audit: date | None = None
    told: date | None = None
    release: bool = False
    waiver: bool = False
    attestations: frozenset[tuple[str, Modality]] = frozenset()

    def audited_on(self, rule_id: str) -> date | None:
        """The one audit, whatever the rule."""
        return self.audit

    def told_on(self) -> date | None:
        """The day on which the candidate was told."""
        return self.told

    def released(self) -> bool:
        """Whether there is a release."""
        return self.release

    def waived(self) -> bool:
        """Whether there is a waiver."""
        return self.waiver

    def attested(self, place: str, modality: Modality) -> bool:
        """Whether the pair is among the attestations."""
        return (place, modality) in self.attestations


def business_days(since: date, until: date) -> int:
    """Mondays to Fridays from ``since`` on and before ``until``, without the United States' federal holidays.

    Negative where ``until`` comes first.
    """
    years = range(min(since.year, until.year), max(since.year, until.year) + 1)
    return int(np.busday_count(since, until, holidays=[day for year in years for day in federal_holidays(year)]))


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> tuple[date, ...]:
    """The days on which federal offices are closed (5 U.S.C. § 6103); one at a weekend moves to the next weekday."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    by_week = [
        _nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2), _nth(year, 11, 3, 4),
    ]  # fmt: skip
    last_of_may = _nth(year, 6, 0, 1) - timedelta(days=7)
    return tuple(sorted([*map(_observed, fixed), *by_week, last_of_may]))


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))
