"""Reading an answer's words again, once they are there or have changed."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.analysis.models import FINISHED, Analysis
from webapp.analysis.operations import _enqueue, _forget_report
from webapp.core.database import db
from webapp.interviews.models import Answer
from webapp.policy import Modality, decide_for


def words_changed(answer: Answer) -> bool:
    """Queue the reading of ``answer``'s words again; False where the policy denies it, or it is being read now.

    What was written beside a recording is read instead of its transcript; then there is nothing to do.
    """
    if (answer.text or "").strip() or not decide_for(answer.interview, Modality.TEXT):
        return False
    query = sa.select(Analysis).where(Analysis.answer_id == answer.id, Analysis.modality == Modality.TEXT)
    analysis = db.session.scalar(query.execution_options(populate_existing=True))
    if analysis is None:
        return False
    if analysis.state not in FINISHED:
        # Whoever reads the old words loses the lease, and with it the right to store what they were read as.
        analysis.lease_owner = None
    _enqueue(analysis)
    _forget_report(answer.interview)
    return True
