"""What may be shown of an interview's analyses (policy check 2). API and pages read analyses through here alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from ml.core.readings import FaceReading, SpeechReading, TextReading, open_reading
from webapp.analysis import versions
from webapp.analysis.models import FINISHED, Analysis, AnalysisState, EarlierReading
from webapp.analysis.operations import analyses_of
from webapp.analysis.reviewer_words import reason_for_reviewers
from webapp.core.translation import translate_stored
from webapp.interviews.models import Interview
from webapp.policy import Decision, Modality, Mode, decide_for
from webapp.policy.switches import switched_on

Reading = FaceReading | SpeechReading | TextReading


@dataclass(frozen=True)
class VisibleReading:
    """One analysis as the policy lets it be seen: ``result`` is None unless the reading is there and may be shown."""

    analysis_id: str
    modality: Modality
    state: AnalysisState
    progress: float
    code: str | None
    reason: str | None
    result: Reading | None
    #: The version that read it, and all that have.
    version: str | None = None
    versions: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in FINISHED

    @property
    def failed(self) -> bool:
        """Whether it could not be made."""
        return self.state is AnalysisState.FAILED

    def to_json(self) -> dict[str, Any]:
        """The state without the result."""
        return {
            "modality": self.modality.value,
            "state": self.state.value,
            "progress": round(self.progress, 3),
            "code": self.code,
            "reason": translate_stored(self.reason) or None,
        }


def visible_readings(interview: Interview, *, results: bool = True) -> dict[str, dict[Modality, VisibleReading]]:
    """Per answer id and modality what may be shown. The policy is asked now, whatever it said when work was queued.

    Without ``results`` only the states are looked up, which is what a page asks for every second.
    """
    decisions = {modality: decide_for(interview, modality) for modality in Modality}
    own = interview.mode is Mode.PRACTICE  # who practises reads about themselves
    found: dict[str, dict[Modality, VisibleReading]] = defaultdict(dict)
    analyses = analyses_of(interview, results=results)
    earlier = versions.earlier_of(interview.id) if any(each.has_earlier for each in analyses) else {}
    for analysis in analyses:
        shown = _visible(analysis, decisions[analysis.modality], own)
        if results and decisions[analysis.modality]:
            wanted = switched_on(interview.organisation_id, analysis.modality)
            shown = _with_result(shown, analysis, earlier.get(analysis.id, []), wanted)
        found[analysis.answer_id][analysis.modality] = shown
    return {
        answer_id: {modality: readings[modality] for modality in Modality if modality in readings}
        for answer_id, readings in found.items()
    }


def _with_result(
    shown: VisibleReading, analysis: Analysis, earlier: list[EarlierReading], wanted: str
) -> VisibleReading:
    """With the reading that counts; while the answer is read again, what was read before stays."""
    chosen = versions.choose(analysis, earlier, wanted)
    if chosen is None or not chosen.result:
        return shown
    current = [analysis.model_version] if analysis.state is AnalysisState.DONE else []
    return replace(
        shown,
        result=open_reading(analysis.modality.value, chosen.result),
        version=chosen.model_version,
        versions=tuple(each for each in (*current, *(row.model_version for row in earlier)) if each),
    )


def _visible(analysis: Analysis, decision: Decision, own: bool) -> VisibleReading:
    if not decision:
        # Not even how far it got, or how it failed.
        return VisibleReading(
            analysis.id, analysis.modality, AnalysisState.NOT_DONE, 0.0, decision.code, decision.reason, None
        )
    done = analysis.state is AnalysisState.DONE
    return VisibleReading(
        analysis.id,
        analysis.modality,
        analysis.state,
        1.0 if done else analysis.progress,
        analysis.reason_code,
        analysis.reason if own else reason_for_reviewers(analysis.reason_code, analysis.reason),
        None,
    )
