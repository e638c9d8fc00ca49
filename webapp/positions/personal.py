"""What positions hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.positions.models import Approver, Position, Stage

holds_nothing("a position is nobody's", Position, Stage, Approver)
