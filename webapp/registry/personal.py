"""What this feature holds about people (webapp/core/personal_data.py): nothing."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.registry.models import ModelVersionRow

holds_nothing("models and their figures", ModelVersionRow)
