"""Pictures made from a reading go with it, whichever way it goes (webapp/core/events.py)."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import events
from webapp.core.database import after_commit, db
from webapp.core.storage import storage
from webapp.saliency.cache import KIND


@events.readings_deleted.connect
def forget(_app: object, *, interview_id: str, analysis_ids: list[str]) -> None:
    """Delete what was made of these readings, once they are gone for good."""
    for analysis_id in analysis_ids:
        after_commit(partial(storage.delete_of, KIND, analysis_id))


@events.sweeping.connect
def forget_orphans(_app: object) -> None:
    """Delete what belongs to readings that are no longer there."""
    owners = storage.owners_of(KIND)
    if not owners:
        return
    done = sa.select(Analysis.id).where(Analysis.id.in_(owners), Analysis.state == AnalysisState.DONE)
    with db.engine.connect() as connection:
        there = set(connection.scalars(done))
    for owner in owners - there:
        storage.delete_of(KIND, owner)
