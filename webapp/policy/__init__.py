"""Which modalities may run for an interview, and why not.

Asked at three doors: when work is queued, when the API answers, when the page is drawn.
"""

from webapp.policy.engine import Decision, Modality, Mode, Purpose, decide

__all__ = ["Decision", "Modality", "Mode", "Purpose", "decide"]
