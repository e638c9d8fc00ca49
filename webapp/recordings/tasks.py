"""What workers do with recordings."""

from __future__ import annotations

import logging

from celery import shared_task

from webapp.core import leases, queues
from webapp.core.database import db
from webapp.recordings import verification
from webapp.recordings.models import Recording

logger = logging.getLogger(__name__)

#: Seconds until a worker that hangs is ended. What a recording may take has bounds of its own, in processor time: on a
#: busy machine the longest is no reason to end anybody.
LONGEST = queues.LONGEST_TASK


@shared_task(name=queues.VERIFY_RECORDING, acks_late=True, time_limit=LONGEST, soft_time_limit=LONGEST - 60)
def verify(recording_id: str) -> None:
    """Verify one recording, unless it is verified or somebody is at it. The lease tells others to keep off."""
    owner = leases.new_owner()
    recording = verification.claim(recording_id, owner)
    db.session.commit()
    if recording is None:
        return
    try:
        with verification.heartbeat(recording_id, owner) as heartbeat:
            verification.verify(recording)
            heartbeat.check()
        db.session.commit()
    except leases.LeaseLostError:
        db.session.rollback()  # whoever has it now comes to the same files
    except Exception as error:
        db.session.rollback()
        recording = db.session.get(Recording, recording_id, populate_existing=True)
        if recording is None:  # a consent was withdrawn meanwhile
            verification.forget(recording_id)
            return
        logger.warning("Recording %s could not be checked: %s", recording_id, type(error).__name__, exc_info=error)
        verification.try_later(recording, owner, error)
        db.session.commit()


leases.announce_by(verification.WORK, lambda recording_id: verify.delay(recording_id))
