"""What clips hold about people (webapp/core/personal_data.py): the face and voice of whoever recorded them."""

from __future__ import annotations

from webapp.clips.models import Clip
from webapp.core.personal_data import Holding, Kept, register

register(
    Holding(
        Clip,
        Kept.MEDIA,
        lambda scope: Clip.created_by_id.in_(scope.accounts),
        files=("clips", "clipsources"),
        not_exported=frozenset({"lease_owner", "lease_until", "attempts"}),
    )
)
