"""What can be done with analyses. Changes flush and leave the commit to the request; see runner.py for the worker."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import defer, with_expression

from ml.core.errors import MediaError, Unreadable
from webapp.analysis import leases, readers, tasks
from webapp.analysis.completion import announce_if_finished
from webapp.analysis.models import Analysis, AnalysisState, EarlierReading
from webapp.core import events
from webapp.core.database import after_commit, db, now
from webapp.interviews.models import Answer, Interview, InterviewState
from webapp.policy import Modality, decide_for
from webapp.policy.access import SWITCHED_OFF

#: Rows that were not done for one of these reasons are decided anew when the interview is queued again.
REDECIDED = frozenset(
    {
        *("no_consent", "no_recording", "no_answer", "no_transcript", "prohibited_in_eea", "place_not_cleared"),
        *("audit_missing", "audit_too_old", "notice_too_short", "release_missing", "waiver_missing"),
        SWITCHED_OFF,
    }
)


class RetryError(ValueError):
    """This analysis cannot be tried again now; the message is for a person."""


def analyses_of(interview: Interview, *, results: bool = False) -> list[Analysis]:
    """All analyses of ``interview``, fresh from the database; their results, which are large, only on demand."""
    query = sa.select(Analysis).where(Analysis.interview_id == interview.id)
    if results:
        earlier = sa.exists().where(EarlierReading.analysis_id == Analysis.id)
        query = query.options(with_expression(Analysis.has_earlier, earlier))
    else:
        query = query.options(defer(Analysis.result))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def queue_interview(interview: Interview) -> None:
    """Make one analysis per answer and modality and queue those that may run (policy check 1).

    What the policy denies, and what holds nothing to read, gets a row that says so and is not queued. Idempotent:
    a second call queues nothing again, but decides anew what had no consent or no recording before.
    """
    there = {(row.answer_id, row.modality): row for row in analyses_of(interview)}
    changed = False
    for answer in interview.answers:
        for modality in readers.MODALITIES[answer.question.kind]:
            analysis = there.get((answer.id, modality))
            if analysis is not None and analysis.reason_code not in REDECIDED:
                continue
            if analysis is None:
                analysis = Analysis(interview=interview, answer=answer, modality=modality)
                db.session.add(analysis)
            changed |= _decide(analysis, interview, answer, modality)
    db.session.flush()
    if changed:
        announce_if_finished(interview.id)


def _decide(analysis: Analysis, interview: Interview, answer: Answer, modality: Modality) -> bool:
    """Queue ``analysis`` or say why not; whether anything is different now."""
    before = (analysis.state, analysis.reason_code)
    code = reason = None
    decision = decide_for(interview, modality)
    if not decision:
        code, reason = decision.code, decision.reason
    else:
        try:
            readers.source_of(answer, modality)
        except Unreadable as nothing:
            code, reason = nothing.code, nothing.message
        except MediaError:
            pass  # the worker will say so, and it can be tried again
    if code:
        analysis.state, analysis.finished_at = AnalysisState.NOT_DONE, now()
        analysis.reason_code, analysis.reason = code, reason
    else:
        enqueue(analysis)
    return (analysis.state, analysis.reason_code) != before


def enqueue(analysis: Analysis) -> None:
    """Queue ``analysis`` from the start; the message goes out with the commit, and the sweep sees that it did."""
    analysis.state, analysis.progress, analysis.attempts = AnalysisState.QUEUED, 0.0, 0
    analysis.reason_code = analysis.reason = analysis.result = None
    analysis.started_at = analysis.finished_at = None
    # A queued row's lease is the message: once it runs out, the sweep sends another.
    analysis.lease_owner, analysis.lease_until = None, now() + leases.term()
    db.session.flush()
    analysis_id, modality = analysis.id, analysis.modality
    after_commit(lambda: tasks.announce(analysis_id, modality))


def retry(analysis: Analysis) -> None:
    """Queue a failed analysis again. Raises RetryError where it has not failed, or the policy denies it now."""
    if analysis.state is not AnalysisState.FAILED:
        raise RetryError(_("Only a failed analysis can be tried again. Reload the page to see its current state."))
    decision = decide_for(analysis.interview, analysis.modality)
    if not decision:
        raise RetryError(decision.reason)
    enqueue(analysis)


def consents_changed(interview: Interview) -> None:
    """Delete every reading whose consent is gone, running ones included, and have all go that was made of them.

    A consent that was given (again) after submission queues what it allows.
    """
    denied, gone = [], []
    for analysis in analyses_of(interview):
        decision = decide_for(interview, analysis.modality)
        # What an admin switched off is hidden, not deleted: it is there again when it is switched on.
        if decision or decision.code == SWITCHED_OFF:
            continue
        denied.append(analysis.id)
        if analysis.state is AnalysisState.NOT_DONE and analysis.result is None:
            continue
        gone.append(analysis.id)
        # Whoever runs it loses the lease, and with it the right to store a result.
        analysis.lease_owner = analysis.lease_until = analysis.result = None
        analysis.model_name = analysis.model_version = analysis.model_sha256 = None
        analysis.state, analysis.progress, analysis.finished_at = AnalysisState.NOT_DONE, 0.0, now()
        analysis.reason_code, analysis.reason = decision.code, decision.reason
    forget_earlier(denied)
    db.session.flush()
    # Sent even where no single reading is gone: what was combined is made anew from what may be used now.
    events.send(events.readings_deleted, interview_id=interview.id, analysis_ids=gone)
    if interview.state is InterviewState.SUBMITTED:
        queue_interview(interview)
        announce_if_finished(interview.id)


def forget_earlier(analysis_ids: list[str]) -> None:
    """Delete what earlier model versions read, where the reading itself has to go."""
    db.session.execute(sa.delete(EarlierReading).where(EarlierReading.analysis_id.in_(analysis_ids)))
