"""What the API holds about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from webapp.api.models import ApiKey, IdempotentRequest
from webapp.core.personal_data import holds_nothing

holds_nothing("keys of programs, made by people who work here", ApiKey)
holds_nothing("ids of what a request made, for a day", IdempotentRequest)
