"""Which modalities may run for an interview, and why not.

Asked at three points: when work is queued, when the API answers, when the page is drawn.
"""

from webapp.policy.access import all_allowed, decide_for, law_for
from webapp.policy.engine import Decision, Modality, Mode, Purpose, decide, permitted_by_law

__all__ = [
    "Decision",
    "Modality",
    "Mode",
    "Purpose",
    "all_allowed",
    "decide",
    "decide_for",
    "law_for",
    "permitted_by_law",
]
