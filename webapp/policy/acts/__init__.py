"""The rules as data, by part of the world, each with its source, day of effect and day of last check.

**Change a rule and you change VERSION**: interviews keep the version that held when their candidate agreed. A test
holds the version and a digest of all rules together. Nothing here is legal advice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from functools import lru_cache

from webapp.policy.acts import canada, europe, united_kingdom, united_states
from webapp.policy.rules import Rule

VERSION = "2026-12-01.1"

#: Places where face and voice emotion may run in an assessment with the candidate's consent, as far as no rule stops
#: them. Every other place is denied. Only an attestation of an admin adds to them, and never in PROHIBITED.
CLEARED = frozenset({"CA", "US"})
#: Where nobody can widen anything.
PROHIBITED = europe.UNION_LAW

RULES: tuple[Rule, ...] = (*europe.RULES, *united_kingdom.RULES, *united_states.RULES, *canada.RULES)

if len({rule.id for rule in RULES}) != len(RULES):
    raise ValueError("Two rules have the same id.")


@lru_cache(maxsize=1)
def digest() -> str:
    """SHA-256 over everything that the rules say: tells whether somebody changed one."""

    def plain(value: object) -> object:
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(type(value))

    body = [sorted(CLEARED), sorted(PROHIBITED), [asdict(rule) for rule in RULES]]
    return hashlib.sha256(json.dumps(body, default=plain, sort_keys=True).encode()).hexdigest()
