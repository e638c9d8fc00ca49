"""What workers do with recordings."""

from __future__ import annotations

from celery import shared_task

from webapp.core import leases, queues
from webapp.core.database import db
from webapp.recordings import verification
from webapp.recordings.models import Recording


@shared_task(name=queues.VERIFY_RECORDING, acks_late=True, time_limit=1800, soft_time_limit=1740)
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
    except Exception:
        db.session.rollback()
        if db.session.get(Recording, recording_id) is None:  # a consent was withdrawn meanwhile
            verification.forget(recording_id)
            return
        # The row still says "verifying": the sweep finds it when the lease has run out.
        raise
