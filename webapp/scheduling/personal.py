"""What scheduling holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.scheduling.models import Appointment, Slot

register(Holding(Appointment, Kept.RECORDS, lambda scope: Appointment.invitation_id.in_(scope.invitations)))
holds_nothing("a time that a host offers to many", Slot)
