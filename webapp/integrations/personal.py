"""What events and webhooks hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.core.personal_data import holds_nothing
from webapp.integrations.models import Endpoint, InterviewEvent

holds_nothing("ids and moments alone, which receivers need in order to erase what they hold", InterviewEvent)
holds_nothing("the addresses of programs", Endpoint)
