"""What governance itself holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import Holding, Kept, holds_nothing, register
from webapp.governance.models import AuditAddress, AuditEntry, AuditHead, Erasure, LegalHold, RetentionRule
from webapp.policy import personal as of_policy

__all__ = ["of_policy"]

holds_nothing("ids and hashes alone; entries stay, so that they can be checked", AuditEntry, AuditHead)
holds_nothing("addresses go by a clock of their own, after 90 days", AuditAddress)
holds_nothing("the certificate of an erasure holds ids and counts", Erasure)
holds_nothing("settings", RetentionRule)
register(Holding(LegalHold, Kept.RECORDS, lambda scope: LegalHold.interview_id.in_(scope.interviews)))
