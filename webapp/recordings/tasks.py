"""What workers do with recordings."""

from __future__ import annotations

import logging
import time

from celery import shared_task

from webapp.core import leases, paces, queues
from webapp.core.database import db
from webapp.recordings import verification
from webapp.recordings.models import Recording

logger = logging.getLogger(__name__)

#: Seconds until a worker that hangs is ended. What a recording may take has bounds of its own, in processor time: on a
#: busy machine the longest is no reason to end anybody.
LONGEST = queues.LONGEST_TASK


@shared_task(name=queues.VERIFY_RECORDING, acks_late=True, time_limit=LONGEST, soft_time_limit=LONGEST - 60)
def verify(_recording_id: str) -> None:
    """Verify the recording that is next in line: that of the message, or one that comes before it."""
    owner, began = leases.new_owner(), time.monotonic()
    recording = verification.claim_next(owner)
    recording_id = recording.id if recording is not None else ""
    db.session.commit()
    if recording is None:
        return
    try:
        with verification.heartbeat(recording_id, owner) as heartbeat:
            verification.verify(recording)
            heartbeat.check()
        db.session.commit()
        paces.note(verification.LINE.name, time.monotonic() - began)
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
