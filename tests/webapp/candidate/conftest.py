"""What the candidate's tests share: a session that may answer, and recordings that are ready without media."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from webapp.core.database import db, now
from webapp.interviews.models import Answer, Take
from webapp.recordings.models import Recording, RecordingState


@pytest.fixture
def recorded(make) -> Callable[..., Take]:
    """Makes a take of an answer whose recording says that it is ready (or in another state)."""

    def recorded(answer: Answer, state: RecordingState = RecordingState.READY, **facts: object) -> Take:
        take = make.take(answer)
        facts = {"media_type": "video/webm", "received": 10, "length": 10, "seconds": 65.0, "ready_at": now(), **facts}
        db.session.add(Recording(take=take, state=state, **facts))
        db.session.commit()
        return take

    return recorded
