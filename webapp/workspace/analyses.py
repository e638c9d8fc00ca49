"""What programs read in one answer, as pages show it: the timeline, and suggestions by point of the guide.

Whoever calls this has asked whether the reader may see readings; which of them the policy allows is asked here.
"""

from __future__ import annotations

from dataclasses import dataclass

from ml.core.readings import ContentReading
from webapp.analysis import waiting
from webapp.interviews.models import Interview
from webapp.policy import all_allowed
from webapp.questions.guide import Competency, guide_of
from webapp.reports.view import AnswerView
from webapp.transcripts import store
from webapp.workspace import timeline
from webapp.workspace.evidence import Suggestion, suggestions


@dataclass(frozen=True)
class Analyses:
    """What may be shown of one answer, over ``seconds`` of its recording (0: none was recorded)."""

    seconds: float
    rows: list[timeline.Row]
    content: ContentReading | None
    found: list[tuple[Competency, list[Suggestion]]]
    #: The modalities whose analysis still runs.
    unfinished: list[str]
    #: About how long that takes still, as a sentence; empty where it is not known.
    left: str


def analyses_of(interview: Interview, view: AnswerView) -> Analyses:
    """The analyses of one answer of ``interview``."""
    shown = {name: view.result(name) for name in ("face", "speech") if all_allowed(interview, [name])}
    transcript = store.visible(view.answer)
    words = transcript.words if transcript else None
    seconds = view.seconds or 0.0
    content = view.content if all_allowed(interview, ["text"]) else None
    unfinished = [name for name, reading in view.readings.items() if not reading.finished]
    return Analyses(
        seconds,
        timeline.rows_of(shown, view.fused, words, seconds) if seconds else [],
        content,
        suggestions(guide_of(view.question), content, None if view.text else words),
        unfinished,
        waiting.in_words(interview) if unfinished else "",
    )
