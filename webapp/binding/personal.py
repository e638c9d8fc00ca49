"""What is held here about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.binding.models import ConfirmedTranslation
from webapp.core.personal_data import holds_nothing

holds_nothing("which translation an admin confirmed for their organisation", ConfirmedTranslation)
