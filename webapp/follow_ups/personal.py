"""What follow-ups hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, register
from webapp.follow_ups.models import FollowUp
from webapp.interviews.personal import answers_of

register(Holding(FollowUp, Kept.READINGS, lambda scope: FollowUp.answer_id.in_(answers_of(scope))))
