"""One analysis, run by a worker under a lease. Each step is a transaction of its own: others must see it at once."""

from __future__ import annotations

import logging
import time
import traceback
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from flask import current_app

from ml.core.errors import MediaError, ModelMissing, Unreadable
from ml.core.messages import N_
from ml.core.readings import Reading
from ml.media.info import MediaInfo
from webapp.analysis import completion, kept_weights, leases, readers
from webapp.analysis.models import FINISHED, Analysis, AnalysisState
from webapp.core import counters, paces
from webapp.core.database import db, now
from webapp.core.turns import LATER, Line
from webapp.policy import Modality, decide_for
from webapp.transcripts import transcribe

logger = logging.getLogger(__name__)

#: The share of its time that an analysis must have computed for its length to be the answer's.
BUSY = 0.7


def run_next(line: Line) -> bool:
    """Run whatever analysis is next in ``line``; False where none waits, or nothing was stored."""
    owner = leases.new_owner()
    analysis_id = line.take(owner)
    return analysis_id is not None and _run(analysis_id, owner)


def run(analysis_id: str) -> bool:
    """Run one analysis to its end; False where there was nothing to do or somebody else has it.

    Can be called any number of times, at once and anywhere: one caller gets the lease, and only who still holds it when
    the reading is there stores it.
    """
    owner = leases.new_owner()
    return leases.claim(analysis_id, owner) and _run(analysis_id, owner)


def _run(analysis_id: str, owner: str) -> bool:
    db.session.expire_all()
    analysis = db.session.get(Analysis, analysis_id)
    if analysis is None:
        return False
    interview_id, attempts, modality = analysis.interview_id, analysis.attempts, analysis.modality
    began, worked, took = time.monotonic(), time.process_time(), None
    try:
        with leases.Heartbeat(analysis_id, owner) as heartbeat:
            state, values = _work(analysis, heartbeat)
    except leases.HandedBackError:
        return False
    except leases.LeaseLostError:
        logger.info("Analysis %s was taken over or taken back; nothing is stored", analysis_id)
        leases.give_back_attempt(analysis_id)
        return False
    except SoftTimeLimitExceeded:
        took = time.monotonic() - began
        share = (time.process_time() - worked) / max(took, 1e-3)
        state, values = _out_of_time(analysis_id, attempts, share)
    except Exception as error:
        # The traceback's lines, never the message: an exception may quote what a person said or wrote.
        lines = "".join(traceback.format_tb(error.__traceback__)[-4:])
        logger.error("Analysis %s, attempt %d: %s\n%s", analysis_id, attempts, type(error).__name__, lines)
        state, values = _unexpected(analysis_id, attempts)
    finally:
        db.session.rollback()
    stored = leases.settle(analysis_id, owner, state, **values)
    _count(modality, state, values, time.monotonic() - began if took is None else took)
    if not stored and not heartbeat.handed_back:
        leases.give_back_attempt(analysis_id)
    db.session.expire_all()
    if stored and state is AnalysisState.DONE:
        paces.note(leases.pace_of(modality), time.monotonic() - began)
    if stored and state in FINISHED:
        completion.announce_if_finished(interview_id)
        db.session.commit()
    return stored


def _count(modality: Modality, state: AnalysisState, values: dict[str, Any], seconds: float) -> None:
    """For /metrics: how an analysis ended and how long it took. One that is tried again counts as ``again``."""
    labels = {
        "modality": modality.value,
        "version": str(values.get("model_version") or ""),
        "outcome": state.value if state in FINISHED else "again",
    }
    home = current_app.config["HOME"]
    counters.add(home, "viva_tasks_total", labels=labels, at_once=True)
    counters.add(home, "viva_task_seconds_total", seconds, labels, at_once=True)


def _work(analysis: Analysis, heartbeat: leases.Heartbeat) -> tuple[AnalysisState, dict[str, Any]]:
    """Ask the policy again, then read; the row's next state and values."""
    modality = analysis.modality
    decision = decide_for(analysis.interview, modality)
    if not decision:
        return _not_done(decision.code, decision.reason)
    try:
        source, answer_id = readers.source_of(analysis.answer, modality), analysis.answer_id
        weights = kept_weights.weights_for(analysis.interview.organisation_id, modality)
        kept: dict[str, Any] = {"weights": weights} if weights else {}
        db.session.rollback()  # holds no transaction open while the model works
        if isinstance(source, str):
            reading = readers.read(modality, source, heartbeat.report, **kept)
        else:
            with source.local_path() as path:
                reading = _read_recording(modality, path, source.info, answer_id, heartbeat, kept)
    except Unreadable as nothing:
        return _not_done(nothing.code, nothing.message)
    except (MediaError, ModelMissing) as error:
        return _failed(error.code, error.message)
    model = reading.model
    return AnalysisState.DONE, {
        "result": reading.to_json(),
        "model_name": model.name,
        "model_version": model.version,
        "model_sha256": model.sha256,
        "progress": 1.0,
        "finished_at": now(),
    }


def _read_recording(
    modality: Modality, path: str, info: MediaInfo | None, answer_id: str, heartbeat: leases.Heartbeat,
    kept: dict[str, Any],
) -> Reading:  # fmt: skip
    """Read the recording at ``path``; for text, what is said in it. ``kept``: an earlier version's weights."""
    if modality is Modality.TEXT:
        words = transcribe.transcribe_recording(
            answer_id, path, lambda share: heartbeat.report(0.98 * share), info=info
        )
        return readers.read(modality, words, heartbeat.report, **kept)
    return readers.read(modality, path, heartbeat.report, info=info, **kept)


def _not_done(code: str, reason: str) -> tuple[AnalysisState, dict[str, Any]]:
    return AnalysisState.NOT_DONE, _because(code, reason)


def _failed(code: str, reason: str) -> tuple[AnalysisState, dict[str, Any]]:
    return AnalysisState.FAILED, _because(code, reason)


def _because(code: str, reason: str) -> dict[str, Any]:
    return {"reason_code": code, "reason": reason[:500], "result": None, "finished_at": now()}


def _out_of_time(analysis_id: str, attempts: int, share: float) -> tuple[AnalysisState, dict[str, Any]]:
    """What became of an analysis at the end of its time, of which it could compute a ``share`` (0..1).

    That an answer takes too long shows only where its worker had a processor to itself for most of the time.
    """
    if share >= BUSY:
        return _failed("time_limit", N_("Analysing this answer took too long and was stopped. Try again."))
    logger.warning("Analysis %s had a processor for %.0f %% of its time; it is tried again", analysis_id, 100 * share)
    later = now() + timedelta(minutes=2)
    waits = {"lease_owner": LATER, "lease_until": later, "progress": 0.0}
    return AnalysisState.QUEUED, {**waits, "attempts": max(0, attempts - 1)}


def _unexpected(analysis_id: str, attempts: int) -> tuple[AnalysisState, dict[str, Any]]:
    """Back to the queue, later each time, until it has been tried MAX_ATTEMPTS times."""
    if attempts >= current_app.config["MAX_ATTEMPTS"]:
        return _failed(
            "unexpected",
            N_(
                "Something went wrong %(attempts)s times while this answer was analysed. Try again. If it "
                "keeps failing, tell your administrator; the log says more under %(id)s."
            )
            % {"attempts": attempts, "id": analysis_id},
        )
    later = now() + timedelta(seconds=2.0**attempts)
    # The sweep sends the message.
    return AnalysisState.QUEUED, {"lease_owner": LATER, "lease_until": later, "progress": 0.0}
