"""How much work waits, in words that need no knowledge of queues."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.analysis.leases import FACES_AND_VOICES, WORDS
from webapp.analysis.models import Analysis, AnalysisState
from webapp.analysis.waiting import queue_in_words
from webapp.core import queues
from webapp.core.database import db, now
from webapp.core.turns import LATER
from webapp.health.checks import NAMES, Check
from webapp.health.words import lasting
from webapp.messages.models import Message, State
from webapp.recordings.models import Recording, RecordingState

#: Seconds that the oldest may wait before somebody should look; docs/monitoring/alerts.yaml has the same.
LATE = {queues.QUICK: 120, queues.ANALYSIS: 1800, queues.TRANSCRIPTS: 1800, queues.OUTBOX: 3600}
_ANALYSES = (Analysis, AnalysisState.QUEUED, AnalysisState.RUNNING, AnalysisState.FAILED, Analysis.created_at)
#: Queue → the model of its rows, and the states of what waits, is in hand, and was given up, and since when it waits.
#: A recording is in hand while a worker holds its lease: it has no state of its own for that.
_WORK: dict[str, tuple[Any, Any, Any, Any, Any]] = {
    queues.QUICK: (
        Recording, RecordingState.VERIFYING, RecordingState.VERIFYING, RecordingState.REJECTED, Recording.received_at,
    ),
    queues.ANALYSIS: _ANALYSES,
    queues.TRANSCRIPTS: _ANALYSES,
    queues.OUTBOX: (Message, State.WAITING, State.SENDING, State.FAILED, Message.created_at),
}  # fmt: skip
#: Which rows of a table are a queue's, where it has several.
_LINES = {queues.ANALYSIS: FACES_AND_VOICES, queues.TRANSCRIPTS: WORDS}
TITLES = {
    queues.QUICK: (
        _l("Recordings"),
        _l("Each recording is checked and made playable before anybody watches it."),
    ),
    queues.ANALYSIS: (
        _l("Analyses"),
        _l("Faces and voices, one for each answer. What failed can be tried again in its report."),
    ),
    queues.TRANSCRIPTS: (
        _l("Transcripts"),
        _l("What was said is written down, and the words are analysed. What failed can be tried again in its report."),
    ),
    queues.OUTBOX: (
        _l("Messages"),
        _l("Mail, notices and webhooks. What failed or waits for a mail server is on the page of messages."),
    ),
}


@dataclass(frozen=True)
class Count:
    """What waits, is in hand, and was given up in a queue, and seconds that the oldest has waited (0: none waits)."""

    waiting: int = 0
    running: int = 0
    failed: int = 0
    oldest: float = 0.0


@dataclass(frozen=True)
class Queue:
    """One kind of work: its numbers, what it is, and how it is: a `Check` whose ``do`` says what to do about it."""

    count: Count
    meaning: str
    check: Check

    @property
    def oldest(self) -> str:
        """How long the oldest waits; empty where none waits."""
        return lasting(self.count.oldest) if self.count.waiting else ""


def counts() -> dict[str, Count]:
    """What is in each queue, of the whole installation; one statement for each."""
    return {
        queue: _count(*parts, only=_LINES[queue].only if queue in _LINES else sa.true())
        for queue, parts in _WORK.items()
    }


def _count(model: Any, waits: Any, runs: Any, failed: Any, since: Any, only: sa.ColumnElement[bool]) -> Count:
    in_hand = sa.and_(model.lease_owner.is_not(None), model.lease_owner != LATER) if waits is runs else sa.false()
    columns = (model.state, in_hand.label("in_hand"), sa.func.count(), sa.func.min(since))
    query = (
        sa.select(*columns)
        .where(model.state.in_({waits, runs, failed}), only)
        .group_by(model.state, sa.text("in_hand"))
    )
    found = {
        (runs if in_hand else state, bool(in_hand)): (number, oldest)
        for state, in_hand, number, oldest in db.session.execute(query)
    }
    number, oldest = found.get((waits, False), (0, None))
    return Count(
        waiting=number,
        running=found.get((runs, waits is runs), (0, None))[0],
        failed=found.get((failed, False), (0, None))[0],
        oldest=max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0,
    )


def waiting(silent: Collection[str] = ()) -> list[Queue]:
    """Recordings to be checked, analyses, transcripts, messages; ``silent``: the queues of which no worker is heard."""
    found = []
    for queue, count in counts().items():
        title, meaning = TITLES[queue]
        words = queue_in_words() if queue == queues.ANALYSIS and count.waiting else ""
        state, do = judged(queue, count, queue in silent)
        found.append(Queue(count, f"{meaning} {words}".strip(), Check(str(title), state, "", do)))
    return found


def judged(queue: str, count: Count, is_silent: bool) -> tuple[str, str]:
    """The state of a queue, and what to do about it."""
    if not count.waiting:
        return "ok", ""
    if is_silent:
        return "failed", _("Nobody takes it up. See “%(part)s”.", part=NAMES[queue])
    if count.oldest <= LATE[queue]:
        return "ok", ""
    if queue == queues.OUTBOX:
        return "note", _("Open the page of messages: the reason stands beside each.")
    if not count.running:
        log = f"logs/{queue}.log"
        return "note", _("None is in progress. What failed is tried again by itself; else read %(log)s.", log=log)
    return "note", _("More arrives than is done. Nothing is lost: start more workers, or wait.")
