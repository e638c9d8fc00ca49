"""The leases of analyses: webapp/core/leases.py with an analysis's states and its progress."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import leases
from webapp.core.leases import FREE, HandedBackError, LeaseLostError, new_owner, term
from webapp.core.turns import Line
from webapp.interviews.models import Interview
from webapp.policy import Modality, Mode

__all__ = [
    "BOTH",
    "FACES_AND_VOICES",
    "FREE",
    "LINES",
    "WORDS",
    "WORK",
    "HandedBackError",
    "Heartbeat",
    "LeaseLostError",
    "claim",
    "give_back_attempt",
    "line_of",
    "new_owner",
    "pace_of",
    "renew",
    "settle",
    "term",
]

WORK = leases.Work(
    Analysis,
    free=lambda moment: sa.or_(
        Analysis.state == AnalysisState.QUEUED,
        sa.and_(Analysis.state == AnalysisState.RUNNING, Analysis.lease_until < moment),
    ),
    busy=Analysis.state == AnalysisState.RUNNING,
    claimed=lambda moment: {
        "state": AnalysisState.RUNNING,
        "progress": 0.0,
        "started_at": moment,
        "finished_at": None,
        "reason_code": None,
        "reason": None,
    },
    # A queued row's lease is the message: should that be lost, the sweep sends another.
    handed_back=lambda moment: {
        "state": AnalysisState.QUEUED,
        "progress": 0.0,
        "lease_owner": None,
        "lease_until": moment + term(),
    },
)


def _line(called: str, only: sa.ColumnElement[bool]) -> Line:
    return Line(
        WORK,
        joined=lambda query: query.select_from(Analysis).join(Interview),
        whose=Interview.organisation_id,
        first=Interview.mode == Mode.PRACTICE,
        since=Analysis.created_at,
        waits=Analysis.state == AnalysisState.QUEUED,
        only=only,
        called=called,
    )


#: Faces and voices stand in one line, words in another: they have queues of their own (webapp/core/queues.py).
FACES_AND_VOICES = _line("analyses", Analysis.modality != Modality.TEXT)
WORDS = _line("transcripts", Analysis.modality == Modality.TEXT)
LINES = (FACES_AND_VOICES, WORDS)
#: Both, for whoever counts what waits.
BOTH = _line("analyses", sa.true())


def line_of(modality: Modality) -> Line:
    """The line in which analyses of this modality wait."""
    return WORDS if modality is Modality.TEXT else FACES_AND_VOICES


def pace_of(modality: Modality) -> str:
    """What webapp/core/paces.py calls analyses of this modality."""
    return f"{Analysis.__tablename__}.{modality.value}"


def claim(analysis_id: str, owner: str) -> bool:
    """Take the lease of a queued analysis, or of one whose lease has run out; False where somebody else was first."""
    return WORK.claim(analysis_id, owner)


def renew(analysis_id: str, owner: str, progress: float) -> bool:
    """Hold the lease for another term and note the progress (0..1); False where the lease is no longer ours."""
    return WORK.renew(analysis_id, owner, progress=progress)


def settle(analysis_id: str, owner: str, state: AnalysisState, **values: Any) -> bool:
    """Give the lease back with the outcome; False, and nothing stored, where it is no longer ours."""
    return WORK.settle(analysis_id, owner, state=state, **values)


def give_back_attempt(analysis_id: str) -> None:
    """Not count the attempt of a worker that lives and was only too slow to renew its lease."""
    unfinished = Analysis.state.in_((AnalysisState.QUEUED, AnalysisState.RUNNING))
    WORK.update(Analysis.id == analysis_id, unfinished, Analysis.attempts > 0, attempts=Analysis.attempts - 1)


class Heartbeat(leases.Heartbeat):
    """The heartbeat of one analysis, which carries its progress."""

    def __init__(self, analysis_id: str, owner: str) -> None:
        super().__init__(WORK, analysis_id, owner, "progress")
