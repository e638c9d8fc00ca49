"""What follow-ups do about what happens in lower features (webapp/core/events.py)."""

from __future__ import annotations

import time
from functools import partial

from webapp.core import events, leases
from webapp.core.database import after_commit, db, now
from webapp.follow_ups import listening, operations, tasks
from webapp.recordings.models import Recording

#: Seconds between two looks at a recording that arrives: half a minute of it is written down at a time, so that what
#: is left when it is saved is little more than that.
EVERY = 6.0
#: When this process last looked at each of the newest recordings.
_looked: dict[str, float] = {}


@events.recording_grew.connect
def listen_along(_app: object, *, recording_id: str) -> None:
    """Have what has arrived written down, now and then."""
    moment = time.monotonic()
    if moment - _looked.get(recording_id, -EVERY) < EVERY:
        return
    while len(_looked) > 500:
        _looked.pop(next(iter(_looked)))
    _looked[recording_id] = moment
    _listen(recording_id)


@events.recording_ready.connect
def decide(_app: object, *, recording_id: str) -> None:
    """Have the rest written down, and a follow-up chosen."""
    _looked.pop(recording_id, None)
    _listen(recording_id)


@events.sweeping.connect
def sweep(_app: object) -> int:
    """Have somebody decide where nobody does any more."""
    moment = now()
    rows = listening.waiting(moment)
    for row in rows:
        # Not once more before another lease is over.
        row.lease_owner, row.lease_until = None, moment + leases.term()
        after_commit(partial(tasks.listen.delay, str(row.recording_id)))
    db.session.commit()
    return len(rows)


def _listen(recording_id: str) -> None:
    recording = db.session.get(Recording, recording_id)
    answer = recording.take.answer if recording is not None else None
    if answer is None or not operations.is_wanted(answer) or operations.begin(answer, recording_id) is None:
        return
    after_commit(lambda: tasks.listen.delay(recording_id))
