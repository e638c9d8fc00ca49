"""What question sets hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import Question, QuestionSet

holds_nothing("questions are asked of many", QuestionSet, Question, LibraryItem)
