"""What links for guests hold about candidates (webapp/core/personal_data.py)."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.core.personal_data import Counted, Holding, Kept, Scope, holds_nothing, register
from webapp.interviews.personal import answers_of
from webapp.sharing.models import Share, SharedInterview, ShareEvent

holds_nothing("whom interviews were shared with; which, is in the table of shared interviews", Share)


def _events_of(scope: Scope) -> sa.ColumnElement[bool]:
    return ShareEvent.answer_id.in_(answers_of(scope))


register(
    Holding(
        SharedInterview,
        Kept.RECORDS,
        lambda scope: SharedInterview.interview_id.in_(scope.interviews),
        counted=Counted.SHARE_LINK,
    ),
    Holding(ShareEvent, Kept.RECORDS, _events_of, not_exported=frozenset({"address"})),
)
