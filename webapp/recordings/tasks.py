"""What workers do with recordings."""

from __future__ import annotations

import os
import socket

from celery import shared_task

from webapp.core import queues
from webapp.core.database import db, new_id
from webapp.recordings import verification
from webapp.recordings.models import Recording


@shared_task(name=queues.VERIFY_RECORDING, acks_late=True, time_limit=1800, soft_time_limit=1740)
def verify(recording_id: str) -> None:
    """Verify one recording, unless it is verified or somebody is at it. The lease tells others to keep off."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:8]}"
    recording = verification.claim(recording_id, owner[:80])
    db.session.commit()
    if recording is None:
        return
    try:
        with verification.heartbeat(recording_id, owner[:80]):
            verification.verify(recording)
        db.session.commit()
    except Exception:
        db.session.rollback()
        if db.session.get(Recording, recording_id) is None:  # a consent was withdrawn meanwhile
            verification.forget(recording_id)
            return
        # The row still says "verifying": the sweep finds it when the lease has run out.
        raise
