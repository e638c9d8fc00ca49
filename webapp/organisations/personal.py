"""What teams hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.accounts.models import Organisation
from webapp.core.personal_data import holds_nothing
from webapp.organisations.models import Membership, OrganisationProfile, Team

holds_nothing("who works with whom, and for whom", Organisation, Team, Membership)
holds_nothing("whom an organisation names to candidates, for as long as it does", OrganisationProfile)
