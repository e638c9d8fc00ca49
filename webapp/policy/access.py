"""The policy as asked about an interview: the one question that is put at three points.

Check 1 is the queue (webapp/analysis/operations.py), check 2 the API, check 3 the template (``policy_allows``). Each
asks anew: what was decided when work was queued does not count at the next, and a result that should not exist stays
hidden.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from webapp.policy.engine import Decision, Modality, Mode, Purpose, decide


class Subject(Protocol):
    """What the policy must know of an interview; webapp.interviews.models.Interview has it."""

    @property
    def mode(self) -> Mode:
        """Practice or assessment."""

    @property
    def country(self) -> str | None:
        """ISO 3166 code of the place whose law holds; None where none is known."""

    @property
    def consented(self) -> Collection[Purpose]:
        """What was agreed to."""


def decide_for(interview: Subject, modality: Modality) -> Decision:
    """Whether ``modality`` may run for, or be shown of, ``interview`` at this moment."""
    return decide(
        Modality(modality),
        mode=Mode(interview.mode),
        country=interview.country,
        consents=interview.consented,
    )


def all_allowed(interview: Subject, modalities: Collection[str]) -> bool:
    """Whether something made of ``modalities`` may be shown: each of them must be allowed. Nothing is never allowed."""
    return bool(modalities) and all(decide_for(interview, Modality(modality)) for modality in modalities)
