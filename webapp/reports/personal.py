"""What reports hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, register
from webapp.reports.models import Report

register(Holding(Report, Kept.READINGS, lambda scope: Report.interview_id.in_(scope.interviews)))
