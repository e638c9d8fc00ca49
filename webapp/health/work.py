"""How much work waits, in words that need no knowledge of queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.waiting import queue_in_words
from webapp.core.database import db
from webapp.core.turns import LATER
from webapp.messages.models import Message, State
from webapp.recordings.models import Recording, RecordingState


@dataclass(frozen=True)
class Queue:
    """One kind of work: how much waits, is being done, and was given up."""

    name: str
    meaning: str
    waiting: int
    running: int
    failed: int


def waiting() -> list[Queue]:
    """Analyses, recordings to be checked, and messages, of the whole installation."""
    analyses = _counts(Analysis.state)
    messages = _counts(Message.state)
    recordings = _counts(Recording.state)
    verifying = sa.select(sa.func.count()).where(
        Recording.state == RecordingState.VERIFYING, Recording.lease_owner.is_not(None), Recording.lease_owner != LATER
    )
    in_hand = db.session.scalar(verifying) or 0
    return [
        Queue(
            _("Recordings"),
            _("Each recording is checked and made playable before anybody watches it."),
            recordings.get(RecordingState.VERIFYING, 0) - in_hand,  # what still arrives waits for nobody here
            in_hand,
            recordings.get(RecordingState.REJECTED, 0),
        ),
        Queue(
            _("Analyses"),
            " ".join(
                [
                    _("One for each answer and kind of analysis. What failed can be tried again in its report."),
                    queue_in_words(),
                ]
            ).strip(),
            analyses.get(AnalysisState.QUEUED, 0),
            analyses.get(AnalysisState.RUNNING, 0),
            analyses.get(AnalysisState.FAILED, 0),
        ),
        Queue(
            _("Messages"),
            _("Mail, notices and webhooks. What failed or waits for a mail server is on the page of messages."),
            messages.get(State.WAITING, 0),
            messages.get(State.SENDING, 0),
            messages.get(State.FAILED, 0),
        ),
    ]


def _counts(column: InstrumentedAttribute[Any]) -> dict[Any, int]:
    rows = db.session.execute(sa.select(column, sa.func.count()).group_by(column))
    return {state: count for state, count in rows}
