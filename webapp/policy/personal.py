"""What the policy holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.policy.models import Attestation, BiasAudit, ModelSwitch

holds_nothing("what an admin put on record for an organisation", Attestation, BiasAudit, ModelSwitch)
