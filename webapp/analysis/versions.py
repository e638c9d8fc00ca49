"""Readings of one answer by several versions of a model: reading again beside what is there, and which one counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ml.core.readings import FaceReading, SpeechReading, TextReading, open_reading
from webapp.accounts.models import User
from webapp.analysis.completion import announce_if_finished
from webapp.analysis.models import Analysis, AnalysisState, EarlierReading
from webapp.analysis.operations import enqueue, queue_interview
from webapp.core import events
from webapp.core.database import db
from webapp.core.security_log import record
from webapp.interviews.models import Interview
from webapp.policy import Modality, decide_for
from webapp.policy.access import SWITCHED_OFF
from webapp.policy.models import NEWEST
from webapp.policy.switches import switched_on

#: Answers that one click has read again at most.
AT_ONCE = 500


@dataclass(frozen=True)
class OneVersion:
    """What one version read. ``counts``: it is the one that pages and reports show."""

    version: str
    sha256: str
    finished_at: datetime | None
    reading: FaceReading | SpeechReading | TextReading
    counts: bool


def choose(analysis: Analysis, earlier: Sequence[EarlierReading], wanted: str) -> Analysis | EarlierReading | None:
    """The reading that counts where ``wanted`` is switched on: that version's; where it has read nothing here, or
    NEWEST is, the newest there is. None where nothing was read. ``earlier``: the newest first."""
    current = [analysis] if analysis.state is AnalysisState.DONE and analysis.result else []
    there: list[Analysis | EarlierReading] = [*current, *earlier]
    return next((each for each in there if wanted != NEWEST and each.model_version == wanted), next(iter(there), None))


def earlier_of(interview_id: str) -> dict[str, list[EarlierReading]]:
    """Analysis id → what earlier versions read, the newest first."""
    query = (
        sa.select(EarlierReading)
        .where(EarlierReading.interview_id == interview_id)
        .order_by(EarlierReading.finished_at.desc(), EarlierReading.id)
    )
    found: dict[str, list[EarlierReading]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.analysis_id, []).append(row)
    return found


def versions_of(analysis: Analysis) -> list[OneVersion]:
    """Every version's reading of one answer, as far as the policy lets it be shown now; the newest first."""
    if not decide_for(analysis.interview, analysis.modality):
        return []
    earlier = earlier_of(analysis.interview_id).get(analysis.id, [])
    chosen = choose(analysis, earlier, switched_on(analysis.interview.organisation_id, analysis.modality))
    current = [analysis] if analysis.state is AnalysisState.DONE and analysis.result else []
    rows: list[Analysis | EarlierReading] = [*current, *earlier]
    return [
        OneVersion(
            row.model_version or "",
            row.model_sha256 or "",
            row.finished_at,
            open_reading(analysis.modality.value, row.result or {}),
            row is chosen,
        )
        for row in rows
    ]


def _read_by_others(organisation_id: str, modality: Modality, version: str) -> sa.Select[Analysis]:
    return (
        sa.select(Analysis)
        .join(Interview, Interview.id == Analysis.interview_id)
        .where(
            Interview.organisation_id == organisation_id,
            Analysis.modality == modality,
            Analysis.state == AnalysisState.DONE,
            Analysis.model_version != version,
        )
        .order_by(Analysis.finished_at)
    )


def read_by_others(organisation_id: str, modality: Modality, version: str) -> int:
    """How many answers of an organisation were read by another version than ``version``."""
    rows = _read_by_others(organisation_id, modality, version).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def read_again(organisation_id: str, modality: Modality, version: str, *, by: User) -> int:
    """Have answers that another version read read by the installed one, ``version``, and keep both readings.

    The oldest AT_ONCE; how many. What the policy denies now is left as it is. Logged.
    """
    done = 0
    for analysis in db.session.scalars(_read_by_others(organisation_id, modality, version).limit(AT_ONCE)).all():
        if not decide_for(analysis.interview, modality):
            continue
        keep(analysis)
        enqueue(analysis)
        # What was made of the reading is made anew once the new one is there.
        events.send(events.readings_deleted, interview_id=analysis.interview_id, analysis_ids=[analysis.id])
        done += 1
    if done:
        record("readings made anew", model=modality.value, version=version, answers=done, by=by.id)
    return done


def keep(analysis: Analysis) -> None:
    """Put the present reading beside, before another version reads. The same version twice is kept once."""
    there = sa.exists().where(
        EarlierReading.analysis_id == analysis.id,
        EarlierReading.model_version == analysis.model_version,
        EarlierReading.model_sha256 == (analysis.model_sha256 or ""),
    )
    if analysis.result is None or db.session.scalar(sa.select(there)):
        return
    db.session.add(
        EarlierReading(
            analysis_id=analysis.id,
            interview_id=analysis.interview_id,
            model_name=analysis.model_name or analysis.modality.value,
            model_version=analysis.model_version or "",
            model_sha256=analysis.model_sha256 or "",
            result=analysis.result,
            finished_at=analysis.finished_at or analysis.created_at,
        )
    )
    db.session.flush()


def read_here(organisation_id: str, modality: Modality) -> list[tuple[str, int]]:
    """Versions that have read answers of an organisation whose readings are there, and how many; the newest first."""
    counts: dict[str, int] = {}
    for model in (Analysis, EarlierReading):
        query = sa.select(model.model_version, sa.func.count()).join(Interview, Interview.id == model.interview_id)
        if model is EarlierReading:
            query = query.join(Analysis, Analysis.id == EarlierReading.analysis_id)
        query = query.where(
            Interview.organisation_id == organisation_id,
            Analysis.modality == modality,
            model.model_version.is_not(None),
        ).group_by(model.model_version)
        for version, count in db.session.execute(query):
            counts[str(version)] = counts.get(str(version), 0) + count
    return sorted(counts.items(), reverse=True)


def switched(organisation_id: str | None, modality: Modality) -> None:
    """Make good what a switch changes: queue what was off, and have reports of what was read built anew."""
    query = sa.select(Analysis.interview_id).where(Analysis.modality == modality).distinct()
    if organisation_id is not None:
        query = query.join(Interview, Interview.id == Analysis.interview_id).where(
            Interview.organisation_id == organisation_id
        )
    for interview_id in db.session.scalars(query.where(Analysis.reason_code == SWITCHED_OFF)).all():
        if (interview := db.session.get(Interview, interview_id)) is not None:
            queue_interview(interview)
    for interview_id in db.session.scalars(query.where(Analysis.state == AnalysisState.DONE)).all():
        announce_if_finished(interview_id)


def everywhere(modality: Modality) -> set[str]:
    """All versions whose readings are there, of any organisation."""
    current = sa.select(Analysis.model_version).where(
        Analysis.modality == modality, Analysis.model_version.is_not(None)
    )
    earlier = (
        sa.select(EarlierReading.model_version)
        .join(Analysis, Analysis.id == EarlierReading.analysis_id)
        .where(Analysis.modality == modality)
    )
    return {str(each) for each in db.session.scalars(current.union(earlier))}
