"""What analyses hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.analysis.models import Analysis, EarlierReading
from webapp.core.paces import Pace
from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.core.turns import Turn

register(
    Holding(
        Analysis,
        Kept.READINGS,
        lambda scope: Analysis.interview_id.in_(scope.interviews),
        files=("maps",),  # pieces that are made of a reading when somebody looks closer
        not_exported=frozenset({"lease_owner", "lease_until", "attempts"}),
    ),
    Holding(EarlierReading, Kept.READINGS, lambda scope: EarlierReading.interview_id.in_(scope.interviews)),
)
holds_nothing("when an organisation last had a turn", Turn)
holds_nothing("how long kinds of work take", Pace)
