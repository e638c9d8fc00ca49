"""What facts hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.integrity.models import IntegrityFact, IntegrityNotice, IntegritySetting
from webapp.interviews.personal import answers_of

register(
    Holding(IntegrityNotice, Kept.RECORDS, lambda scope: IntegrityNotice.interview_id.in_(scope.interviews)),
    Holding(IntegrityFact, Kept.READINGS, lambda scope: IntegrityFact.answer_id.in_(answers_of(scope))),
)
holds_nothing("which positions note facts", IntegritySetting)
