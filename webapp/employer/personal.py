"""What this feature holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.employer.models import EmployerPage

holds_nothing("what an organisation says about itself", EmployerPage)
