"""What recordings hold about people (webapp/core/personal_data.py)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.core.database import after_commit
from webapp.core.personal_data import Holding, Kept, register
from webapp.interviews.personal import takes_of
from webapp.recordings.models import Recording
from webapp.recordings.verification import forget


def _forget(recording_ids: Sequence[str]) -> None:
    """Have unfinished uploads go with the rest, once the rows are gone for good."""
    for recording_id in recording_ids:
        after_commit(lambda found=recording_id: forget(found))


register(
    Holding(
        Recording,
        Kept.MEDIA,
        lambda scope: Recording.take_id.in_(takes_of(scope)),
        files=("originals", "playable", "posters"),
        not_exported=frozenset({"original_key", "playable_key", "lease_owner", "lease_until", "attempts"}),
        before=_forget,
    )
)
