"""What transcripts hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, register
from webapp.interviews.personal import answers_of
from webapp.transcripts.models import Transcript

register(Holding(Transcript, Kept.READINGS, lambda scope: Transcript.answer_id.in_(answers_of(scope))))
